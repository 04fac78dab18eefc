import type { LabCommandOptions, LabStatusOptions, LabUpOptions } from '../../lab/cli.js';
import type { ToolsCommandOptions } from '../../lab/tools/cli.js';
import type { KubeconfigContext } from '../rollout/inventory/draft-inventory.js';
import type { ApiClient } from './api-client.js';
import type { ExitCode } from './exit-code.js';
import type { Output } from './terminal.js';

/** The dependencies of the commands, passed by the composition root and by tests. */
export interface CliContext {
  readonly out: Output;
  readonly err: Output;
  /** Returns the API client. `baseUrl` overrides the environment. */
  readonly client: (baseUrl: string | undefined) => ApiClient;
  /** Returns the text of a file; `-` is standard input. */
  readonly readText: (path: string) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Calls `callback` on Ctrl-C instead of ending the process, until the returned function is called. */
  readonly onInterrupt: (callback: () => void) => () => void;
  /** The services that run in this process until they are stopped. */
  readonly services: { readonly worker: () => Promise<void>; readonly serve: () => Promise<void> };
  /**
   * Returns the contexts of these kubeconfigs, each file read separately. Without files, returns those that
   * kubectl would see, merged.
   * @throws Error when a file cannot be read; its message is for users
   */
  readonly kubeconfigContexts: (files: readonly string[]) => Promise<readonly KubeconfigContext[]>;
  /** Returns the account and the roles of the worker in a cluster, as YAML. */
  readonly permissionManifests: (request: {
    readonly role: 'primary' | 'remote';
    readonly istioNamespace: string;
    readonly namespaces: readonly string[];
  }) => Promise<string>;
  readonly lab: LabCommands;
}

/** The lab on this machine. See lab/cli.ts for what each command does. */
interface LabCommands {
  readonly up: (options: LabUpOptions) => Promise<void>;
  readonly status: (options: LabStatusOptions) => Promise<boolean>;
  readonly down: (options: LabCommandOptions) => Promise<void>;
  readonly tools: (options: ToolsCommandOptions) => Promise<void>;
}

/** The result of a command: the exit code of the process. */
export type CommandResult = Promise<ExitCode>;
