import { abortable } from '../../../base/concurrency/abortable.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import { parseObjects } from '../../release-1.4/parse-objects.js';
import {
  type CommandLine,
  type PrimarySettings,
  primaryCommand,
  type RemoteSettings,
  remoteCommand,
} from './command-lines.js';
import type { Istioctl14 } from './tool.js';

/** Renderings kept: one for the primary, and one for all remotes with equal values. Each has 0.25 to 0.4 MB. */
const MAX_ENTRIES = 16;
/** A rendering takes half a second; one that takes longer than this never ends. */
const TIMEOUT_MS = 60_000;

/** Stands for the cluster's name while rendering. No cluster is called so: it is longer than a DNS label may be. */
const ANY_CLUSTER = `any-cluster-${'x'.repeat(60)}`;
/** Stand for addresses, which do not count when manifests and clusters are compared. */
const ANY_ADDRESSES = { pilot: '0.0.0.0', policy: '0.0.0.0', telemetry: '0.0.0.0' };

/**
 * What istioctl 1.4 would apply, rendered once for equal requests: hundreds of remotes that differ in name and addresses
 * only cost one rendering. Callers share a rendering that is under way. Failures are not kept.
 */
export class Renderings {
  readonly #tool: Istioctl14;
  readonly #entries = new Map<string, Promise<readonly KubernetesObject[]>>();

  constructor(tool: Istioctl14) {
    this.#tool = tool;
  }

  /**
   * Returns the objects of a primary.
   *
   * @throws RolloutError `render-failed`, `tool-version-differs`; the signal's reason
   */
  async ofPrimary(settings: PrimarySettings, signal: AbortSignal): Promise<readonly KubernetesObject[]> {
    return await this.#of(primaryCommand(settings), signal);
  }

  /**
   * Returns the objects of a remote. Their addresses are placeholders.
   *
   * @throws RolloutError `render-failed`, `tool-version-differs`; the signal's reason
   */
  async ofRemote(
    settings: Omit<RemoteSettings, 'addresses'>,
    signal: AbortSignal,
  ): Promise<readonly KubernetesObject[]> {
    const any = { ...settings, cluster: ANY_CLUSTER, addresses: ANY_ADDRESSES };
    const objects = await this.#of(remoteCommand(any), signal);
    return objects.map((object) => {
      const text = JSON.stringify(object);
      // A name is a DNS label: nothing that JSON escapes.
      const isNamed = text.includes(ANY_CLUSTER);
      return isNamed
        ? (JSON.parse(text.replaceAll(ANY_CLUSTER, settings.cluster)) as KubernetesObject)
        : object;
    });
  }

  async #of(line: CommandLine, signal: AbortSignal): Promise<readonly KubernetesObject[]> {
    signal.throwIfAborted();
    const key = JSON.stringify(line);
    const entry = this.#entries.get(key) ?? this.#render(line);
    // The most recently used one is the last to be dropped.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    entry.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return await abortable(entry, signal);
  }

  async #render(line: CommandLine): Promise<readonly KubernetesObject[]> {
    return parseObjects(await this.#tool.generate(line, AbortSignal.timeout(TIMEOUT_MS)), 'istioctl 1.4');
  }
}
