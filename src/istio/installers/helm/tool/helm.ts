import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Semaphore } from '../../../../base/concurrency/semaphore.js';
import { inPrivateFolder } from '../../../../base/processes/private-folder.js';
import { type GroupOutcome, runInGroup } from '../../../../base/processes/run-in-group.js';
import { cut } from '../../../../base/text/cut.js';
import { redact } from '../../../../base/text/redact.js';
import type { ClusterClient } from '../../../../kubernetes/client/cluster-client.js';
import { kubeconfigFor } from '../../../../kubernetes/connection/kubeconfig-for.js';
import type { Values } from '../../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../../rollout/rollout-error.js';
import { helmFailure } from './helm-failure.js';

/** Helm marks a release as failed within a second of SIGTERM; an API server on a busy machine takes its time. */
const GRACE_SECONDS = 8;
/** Each Helm takes up to a core and some 100 MB. */
const MAX_RUNNING = 4;
/** Longer lines are cut: they are shown as progress. */
const MAX_LINE = 200;
/** Revisions that Helm keeps of a release; each is a Secret of some 0.2 MB. */
const HISTORY_MAX = 5;

/** What of the worker's environment Helm gets: how to reach the network, and which CAs the system trusts. */
const PASSED_ON = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];
const TRUST = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** A release and what it is to be made of. */
export interface ReleaseRequest {
  readonly release: string;
  readonly namespace: string;
  /** Path of the chart: a folder or an archive. */
  readonly chart: string;
  readonly values: Values;
}

export interface UpgradeOptions {
  /** Labels of the revision's Secret, by which it is known whose work a pending one is. */
  readonly labels: Readonly<Record<string, string>>;
  /** Take objects over that were not made by this release, with every field that the release sets. */
  readonly takeOwnership: boolean;
  readonly signal: AbortSignal;
  /** Called with each line that Helm writes, without credentials. */
  readonly onProgress?: ((line: string) => void) | undefined;
}

/**
 * The Helm binary of the worker, version 3 or 4. Each call has a home of its own, so that nothing of the worker's user has
 * a say; credentials and values are in files that only the worker can read, never among the arguments. Helm ends with the
 * activity and with the worker: it is asked to end first, so that it marks its release as failed, which the next run
 * accepts.
 */
export class Helm {
  readonly path: string;
  readonly #running = new Semaphore(MAX_RUNNING);
  /** Releases that this worker's Helm is at work on, as `cluster namespace/release`. */
  readonly #busy = new Set<string>();
  #version: Promise<string> | undefined;

  /** @param path of the binary, or its name on the PATH of the worker */
  constructor(path: string) {
    // Helm runs in a folder of its own.
    this.path = path.includes('/') ? resolve(path) : path;
  }

  /**
   * Returns the version of the binary, e.g. `3.22.0`; it is asked once.
   *
   * @throws RolloutError `tool-version-differs` when there is no binary that can be run, or it is neither Helm 3 nor 4
   */
  version(): Promise<string> {
    this.#version ??= this.#askVersion().catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  /**
   * Returns the manifest of a release as Helm renders it for an upgrade, as YAML of many documents in Helm's order. Helm
   * talks to no cluster for that.
   *
   * @throws RolloutError `render-failed` with Helm's own words; `tool-version-differs`; the signal's reason when it aborts
   */
  async template(
    { release, namespace, chart, values }: ReleaseRequest,
    signal?: AbortSignal,
  ): Promise<string> {
    return inPrivateFolder(async (folder) => {
      const file = await writePrivate(folder, 'values.json', JSON.stringify(values));
      const flags = ['--namespace', namespace, '--values', file, '--is-upgrade'];
      const { stdout } = await this.#run(folder, 'template', [release, chart, ...flags], { signal });
      return stdout;
    });
  }

  /**
   * Returns the text of a chart's `Chart.yaml`.
   *
   * @throws RolloutError `render-failed` when there is no such chart; `tool-version-differs`
   */
  async showChart(chart: string, signal?: AbortSignal): Promise<string> {
    return inPrivateFolder(async (folder) => {
      return (await this.#run(folder, 'show', ['chart', chart], { signal })).stdout;
    });
  }

  /**
   * Downloads a chart as an archive into a folder.
   *
   * @param args what names the chart: a reference, and where it has them `--repo` and `--version`
   * @throws RolloutError `render-failed` with Helm's own words; `tool-version-differs`
   */
  async pull(args: readonly string[], destination: string, signal?: AbortSignal): Promise<void> {
    await inPrivateFolder((folder) =>
      this.#run(folder, 'pull', [...args, '--destination', destination], { signal }),
    );
  }

  /**
   * Installs or upgrades a release: `helm upgrade --install` with these values and no others. It waits for nothing that
   * Kubernetes does afterwards.
   *
   * @throws RolloutError as {@link helmFailure}; `release-pending` while this worker is at work on the release already;
   * the signal's reason when it aborts, after Helm has ended
   */
  async upgrade(client: ClusterClient, request: ReleaseRequest, options: UpgradeOptions): Promise<void> {
    const { release, namespace, chart, values } = request;
    const { labels, takeOwnership, signal, onProgress } = options;
    const key = busyKey(client, request);
    if (this.#busy.has(key)) {
      const message = `this worker is at work on release ${namespace}/${release} already`;
      throw new RolloutError('release-pending', message, { cluster: client.name });
    }
    this.#busy.add(key);
    try {
      await inPrivateFolder(async (folder) => {
        const kubeconfig = kubeconfigFor(await client.connection(signal), 'cluster');
        const args = [
          ...[release, chart, '--install', '--namespace', namespace, '--reset-values'],
          ...['--kubeconfig', await writePrivate(folder, 'kubeconfig', kubeconfig)],
          ...['--values', await writePrivate(folder, 'values.json', JSON.stringify(values))],
          ...['--history-max', String(HISTORY_MAX)],
          ...Object.entries(labels).flatMap(([name, value]) => ['--labels', `${name}=${value}`]),
          ...(takeOwnership ? await this.#ownershipFlags() : []),
        ];
        await this.#run(folder, 'upgrade', args, { signal, onProgress, cluster: client.name });
      });
    } finally {
      this.#busy.delete(key);
    }
  }

  /** Whether this worker's Helm is at work on a release of a cluster. */
  isBusy(client: ClusterClient, release: Pick<ReleaseRequest, 'release' | 'namespace'>): boolean {
    return this.#busy.has(busyKey(client, release));
  }

  /** Helm 4 applies server-side, where the other installer owns the fields of what it has made. */
  async #ownershipFlags(): Promise<string[]> {
    const isThree = (await this.version()).startsWith('3.');
    return ['--take-ownership', ...(isThree ? [] : ['--server-side=true', '--force-conflicts'])];
  }

  async #askVersion(): Promise<string> {
    const { stdout } = await inPrivateFolder((folder) =>
      this.#run(folder, 'version', ['--template', '{{.Version}}'], {}),
    );
    const version = /^v?((?:3|4)\.\d+\.\S+)/.exec(stdout.trim())?.[1];
    if (version !== undefined) return version;
    const said = cut(redact(stdout.trim()), MAX_LINE) || 'nothing';
    throw new RolloutError(
      'tool-version-differs',
      `${this.path} is neither Helm 3 nor Helm 4: it says ${said}`,
    );
  }

  async #run(
    folder: string,
    verb: string,
    args: readonly string[],
    call: {
      signal?: AbortSignal | undefined;
      onProgress?: ((line: string) => void) | undefined;
      cluster?: string;
    },
  ): Promise<GroupOutcome> {
    const { signal, onProgress, cluster } = call;
    const process = {
      command: this.path,
      args: [verb, ...args],
      env: environment(folder),
      cwd: folder,
      graceSeconds: GRACE_SECONDS,
      signal,
      onLine: onProgress && ((line: string) => onProgress(cut(redact(line), MAX_LINE))),
    };
    const outcome = await this.#running.run(() => runInGroup(process), signal);
    if (outcome.status === 0) return outcome;
    throw helmFailure({ path: this.path, verb, cluster }, outcome);
  }
}

function busyKey(
  client: ClusterClient,
  { release, namespace }: Pick<ReleaseRequest, 'release' | 'namespace'>,
) {
  return `${client.name} ${namespace}/${release}`;
}

/** Writes a file that only the worker's user can read; returns its path. */
async function writePrivate(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  return path;
}

function environment(folder: string): Record<string, string> {
  const passedOn = [...PASSED_ON, ...TRUST].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passedOn),
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TMPDIR: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    // No kubeconfig but the one that is named; where none is named, this one does not exist.
    KUBECONFIG: join(folder, 'kubeconfig'),
    // With it, Helm 3.22 waits without end for an event that older API servers do not send.
    KUBE_FEATURE_WatchListClient: 'false',
  };
}
