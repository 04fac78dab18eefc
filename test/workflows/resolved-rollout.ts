import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { freshName } from '../support/lab.js';

interface Wanted {
  readonly remotes: number;
  readonly maxConcurrency?: number;
  readonly maxFailures?: number;
  readonly progressDeadlineMs?: number;
  /** One remote a wave, in this order; default: one wave with all. */
  readonly waves?: readonly { name: string; approval?: 'before' | 'after'; minSuccessTimeMs?: number }[];
}

/** A resolved document with a primary and remotes of fresh names, as the activity `resolve` gives it. */
export function resolvedRollout(wanted: Wanted): ResolvedRollout {
  const remotes = Array.from({ length: wanted.remotes }, () => ({ cluster: freshName('remote') }));
  const all = remotes.map((remote) => remote.cluster);
  const waves = wanted.waves?.map((wave, index) => ({
    minSuccessTimeMs: 0,
    ...wave,
    clusters: [all[index] ?? ''],
  }));
  return {
    version: 1,
    mesh: freshName('mesh'),
    release: '1.31',
    revision: 'default',
    installer: 'istioctl',
    istioNamespace: 'istio-system',
    meshID: 'mesh',
    network: 'network1',
    values: {},
    primary: { cluster: freshName('hub'), profile: 'minimal', values: {} },
    remotes,
    remoteValues: [],
    namespaces: [{ name: 'default', injection: 'enabled' }],
    waves: waves ?? [{ name: 'rest', clusters: all, minSuccessTimeMs: 0 }],
    maxConcurrency: wanted.maxConcurrency ?? 10,
    maxFailures: wanted.maxFailures ?? 0,
    progressDeadlineMs: wanted.progressDeadlineMs ?? 600_000,
    accept: [],
  };
}
