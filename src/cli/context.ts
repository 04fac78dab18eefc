import type { LabCommandOptions, LabStatusOptions, LabUpOptions } from '../../lab/cli.js';
import type { ToolsCommandOptions } from '../../lab/tools/cli.js';
import type { KubeconfigContext } from '../rollout/inventory/draft-inventory.js';
import type { InstallerName } from '../rollout/releases.js';
import type { ApiClient } from './api-client.js';
import type { ExitCode } from './exit-code.js';
import type { Output } from './terminal.js';

/** What commands work with; the composition root and tests pass it. */
export interface CliContext {
  readonly out: Output;
  readonly err: Output;
  /** The client of the API; `baseUrl` overrides the environment's. */
  readonly client: (baseUrl: string | undefined) => ApiClient;
  /** The text of a file; `-` is standard input. */
  readonly readText: (path: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Calls back on Ctrl-C instead of ending the process, until the returned function is called. */
  readonly onInterrupt: (callback: () => void) => () => void;
  /** The services that live in this process until they are told to stop. */
  readonly services: { readonly worker: () => Promise<void>; readonly serve: () => Promise<void> };
  /**
   * The contexts of kubeconfigs: of these files, each by itself; without any, of those that kubectl would read, together.
   * @throws Error when a file cannot be read; its message is meant to be shown
   */
  readonly kubeconfigContexts: (files: readonly string[]) => Promise<readonly KubeconfigContext[]>;
  /** The account and the roles of the worker in a cluster, as YAML. */
  readonly permissionManifests: (request: PermissionsRequest) => Promise<string>;
  readonly lab: LabCommands;
}

/** Whose permissions are asked for. */
export interface PermissionsRequest {
  readonly role: 'primary' | 'remote';
  /** Minor of Istio, as the document says it. */
  readonly release: string;
  readonly installer: InstallerName;
  readonly istioNamespace: string;
  readonly namespaces: readonly string[];
}

/** The laboratory on this machine; see lab/cli.ts for what each does. */
interface LabCommands {
  readonly up: (options: LabUpOptions) => Promise<void>;
  readonly status: (options: LabStatusOptions) => Promise<boolean>;
  readonly down: (options: LabCommandOptions) => Promise<void>;
  readonly tools: (options: ToolsCommandOptions) => Promise<void>;
}

/** What a command gives back: how the process ends. */
export type CommandResult = Promise<ExitCode>;
