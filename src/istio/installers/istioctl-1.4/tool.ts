import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { inPrivateFolder } from '../../../base/processes/private-folder.js';
import { type GroupOutcome, runInGroup } from '../../../base/processes/run-in-group.js';
import { redact } from '../../../base/text/redact.js';
import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import type { CommandLine } from './command-lines.js';
import { applyFailure, renderFailure } from './failures.js';
import { findProgram, requireKubectl } from './kubectl.js';
import { argumentsOf } from './settings.js';

/** Where the programs are. */
export interface ToolPaths {
  readonly istioctl: string;
  /** kubectl 1.15 to 1.26: a path, or a name on the PATH of the worker, as the other one. */
  readonly kubectl: string;
}

/** How a run is watched and ended. */
export interface RunOptions {
  readonly signal: AbortSignal;
  /** Called with each line that istioctl prints, redacted. */
  readonly onLine?: (line: string) => void;
}

/** How long istioctl and its kubectl may take to end after SIGTERM. */
const GRACE_SECONDS = 5;
/** What stands at the end of the output of an apply without an error. */
const COMPLETE = /Installation complete/;

/**
 * The istioctl 1.4 of the worker, with the kubectl that it calls. Both see nothing of the worker's environment: a home, a
 * kubeconfig and a PATH of their own in a private folder, which is removed afterwards. They end with the call and with the
 * worker. No credential and no value of the user's is in their arguments.
 */
export class Istioctl14 {
  readonly paths: ToolPaths;
  #version: Promise<string> | undefined;

  constructor(paths: ToolPaths) {
    this.paths = paths;
  }

  /**
   * Returns the version of istioctl, e.g. `1.4.3`; asked once.
   *
   * @throws RolloutError `tool-version-differs` when there is no istioctl, or it is not of 1.4
   */
  version(): Promise<string> {
    this.#version ??= this.#askVersion().catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  /**
   * Returns what `istioctl manifest generate` renders, as YAML of many documents; 0.4 s of CPU.
   *
   * @throws RolloutError `render-failed` with istioctl's own words; `tool-version-differs`; the signal's reason
   */
  async generate(line: CommandLine, signal?: AbortSignal): Promise<string> {
    await this.version();
    return await inPrivateFolder(async (folder) => {
      const file = await writePrivately(folder, 'control-plane.json', JSON.stringify(line.file));
      const args = ['manifest', 'generate', ...argumentsOf(line.settings), '-f', file];
      const outcome = await this.#run(args, folder, {}, { ...(signal && { signal }) });
      if (outcome.status !== 0) throw renderFailure(this.paths.istioctl, outcome);
      return outcome.stdout;
    });
  }

  /**
   * Runs `istioctl manifest apply` on a cluster. It ends before any Pod runs, so that its success proves nothing: what it has
   * written is to be waited for. It empties the CA of the injector webhook, and leaves one address in each of the three
   * Endpoints. Killed at any time, it can be run again.
   *
   * @throws RolloutError `tool-version-differs`, `render-failed`, `credentials-refused`, `permission-denied`,
   * `api-unavailable`, or `request-rejected` with what istioctl said; the signal's reason
   */
  async apply(line: CommandLine, client: ClusterClient, options: RunOptions): Promise<void> {
    const { signal } = options;
    await this.version();
    const access = await client.portableAccess(signal);
    await inPrivateFolder(async (folder) => {
      await requireKubectl(this.paths.kubectl, folder, signal);
      const file = await writePrivately(folder, 'control-plane.json', JSON.stringify(line.file));
      // istioctl takes a missing or empty kubeconfig for none, and looks for others.
      const kubeconfig = await writePrivately(folder, 'kubeconfig', access.kubeconfig);
      const settings = argumentsOf(line.settings);
      const flags = ['--skip-confirmation', '-f', file, '--kubeconfig', kubeconfig];
      const args = ['manifest', 'apply', ...settings, ...flags];
      const env = { ...access.env, KUBECONFIG: kubeconfig };
      const outcome = await this.#run(args, folder, env, options);
      if (outcome.status === 0 && COMPLETE.test(outcome.stdout)) return;
      throw applyFailure(this.paths.istioctl, client.name, outcome);
    });
  }

  async #askVersion(): Promise<string> {
    const { istioctl } = this.paths;
    const outcome = await inPrivateFolder((folder) =>
      this.#run(['version', '--remote=false', '-o', 'json'], folder, {}, {}),
    );
    if (outcome.status !== 0) throw renderFailure(istioctl, outcome);
    const version = /"version":\s*"([^"]+)"/.exec(outcome.stdout)?.[1];
    if (version?.startsWith('1.4.')) return version;
    throw new RolloutError(
      'tool-version-differs',
      `the istioctl at ${istioctl} is ${version ?? 'of an unknown version'}, not of 1.4`,
      { action: 'Give the workers an istioctl of 1.4; the step is retried meanwhile.' },
    );
  }

  async #run(
    args: readonly string[],
    folder: string,
    env: Readonly<Record<string, string>>,
    { signal, onLine }: Partial<RunOptions>,
  ): Promise<GroupOutcome> {
    const [home, programs] = [join(folder, 'home'), join(folder, 'bin')];
    await Promise.all([mkdir(home), mkdir(programs)]);
    // istioctl calls the first kubectl on its PATH.
    await symlink(await findProgram(this.paths.kubectl), join(programs, 'kubectl'));
    const PATH = [programs, process.env.PATH ?? ''].join(delimiter);
    return await runInGroup({
      command: this.paths.istioctl,
      args,
      env: { ...env, PATH, HOME: home, TMPDIR: folder },
      cwd: process.cwd(),
      graceSeconds: GRACE_SECONDS,
      signal,
      onLine: onLine && ((line) => onLine(redact(line.trim()))),
    });
  }
}

/** Writes a file that only this user can read; returns its path. */
async function writePrivately(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600 });
  // The umask of the worker may have taken away more.
  await chmod(path, 0o600);
  return path;
}
