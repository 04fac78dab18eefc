#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ApiClient } from './cli/api-client.js';
import { UsageError } from './cli/api-error.js';
import type { CliContext } from './cli/context.js';
import { runCli } from './cli/program.js';
import { createOutput } from './cli/terminal.js';
import { readConfig } from './config/config.js';
import { readServiceConfig } from './config/service-config.js';

/** The program `mesh-rollout`. Services and lab are loaded only when they are asked for: the rest starts fast. */
const context: CliContext = {
  out: createOutput(process.stdout, process.env),
  err: createOutput(process.stderr, process.env),
  client: (baseUrl) => {
    const { api, token } = readConfig(process.env).client;
    return new ApiClient({
      baseUrl: baseUrl?.replace(/\/+$/, '') ?? api,
      ...(token !== undefined && { token }),
    });
  },
  readText: async (path) => {
    if (path === '-') return text(process.stdin);
    return readFile(path, 'utf8').catch((error: Error) => {
      throw new UsageError(`${path} cannot be read: ${error.message}`);
    });
  },
  now: Date.now,
  onInterrupt: (callback) => {
    process.once('SIGINT', callback);
    return () => void process.removeListener('SIGINT', callback);
  },
  services: {
    worker: async () => (await import('./worker.js')).runWorker(readServiceConfig(process.env)),
    serve: async () => (await import('./server.js')).runServer(readServiceConfig(process.env)),
  },
  kubeconfigContexts: async (files) => {
    const { readContexts, readContextsAsKubectl } = await import(
      './kubernetes/connection/kubeconfig-contexts.js'
    );
    return files.length > 0 ? readContexts(files) : readContextsAsKubectl(process.env);
  },
  permissionManifests: async (request) => {
    const [{ Installers }, { permissionManifests }] = await Promise.all([
      import('./istio/installers/installers.js'),
      import('./istio/permissions/permission-manifests.js'),
    ]);
    const { permissions } = new Installers({ istioctl: [] }).of(request);
    return permissionManifests({ ...request, permissions: permissions[request.role] });
  },
  lab: {
    up: async (options) => (await import('../lab/cli.js')).labUp(options),
    status: async (options) => (await import('../lab/cli.js')).labStatus(options),
    down: async (options) => (await import('../lab/cli.js')).labDown(options),
    tools: async (options) => (await import('../lab/tools/cli.js')).toolsCommand(options),
  },
};

process.exitCode = await runCli(process.argv.slice(2), context);
