import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { ApiClient } from '../../../src/cli/api-client.js';
import type { CliContext } from '../../../src/cli/context.js';
import { runCli } from '../../../src/cli/program.js';
import { PLAIN } from '../../../src/cli/render/layout/style.js';
import type { Output } from '../../../src/cli/terminal.js';
import { permissionManifests } from '../../../src/istio/permissions/permission-manifests.js';
import { PERMISSIONS } from '../../../src/istio/permissions/permissions.js';
import {
  readContexts,
  readContextsAsKubectl,
} from '../../../src/kubernetes/connection/kubeconfig-contexts.js';

/** What a command line did. */
export interface CliRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** What a test may replace. */
export interface CliWorld {
  /** The API that the CLI talks to, over HTTP; without one nothing listens. */
  readonly api?: FastifyInstance;
  readonly token?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  /** Gets what Ctrl-C does. */
  readonly onInterrupt?: (interrupt: () => void) => void;
}

/** Runs the CLI in this process, as the program does, with outputs that remember. */
export async function cli(args: readonly string[], world: CliWorld = {}): Promise<CliRun> {
  const out = remembered(world.isTerminal ?? false);
  const err = remembered(false);
  const baseUrl = world.api ? await listening(world.api) : 'http://127.0.0.1:1';
  const unused = async () => {
    throw new Error('not in this test');
  };
  const context: CliContext = {
    out,
    err,
    client: (url) => new ApiClient({ baseUrl: url ?? baseUrl, ...(world.token && { token: world.token }) }),
    readText: async (path) => world.files?.[path] ?? '',
    now: () => 100_000,
    onInterrupt: (callback) => {
      world.onInterrupt?.(callback);
      return () => {};
    },
    services: { worker: unused, serve: unused },
    kubeconfigContexts: async (files) =>
      files.length > 0 ? readContexts(files) : readContextsAsKubectl(world.environment ?? {}),
    permissionManifests: async (request) =>
      permissionManifests({ ...request, permissions: PERMISSIONS[request.role] }),
    lab: { up: unused, status: async () => false, down: unused, tools: unused },
  };
  const exitCode = await runCli(args, context);
  return { exitCode, out: out.text(), err: err.text() };
}

async function listening(app: FastifyInstance): Promise<string> {
  const address = app.server.address();
  if (typeof address === 'object' && address) return `http://127.0.0.1:${address.port}`;
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

function remembered(isTerminal: boolean): Output & { text(): string } {
  const parts: string[] = [];
  return {
    write: (text) => void parts.push(text),
    isTerminal,
    size: () => ({ columns: 110, rows: 40 }),
    style: PLAIN,
    text: () => parts.join(''),
  };
}
