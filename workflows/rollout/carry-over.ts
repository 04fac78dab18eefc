import { inBatches } from '../../src/base/concurrency/batches.js';
import type { ClusterProgress, RolloutProgress } from '../../src/rollout/progress/progress.js';
import type { AcceptedCode } from '../../src/rollout/resolve/acceptance.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';

/** What a rollout passes on when it continues as new; see {@link pack}. */
export interface CarryOver {
  readonly resolved: ResolvedRollout;
  readonly progress: RolloutProgress;
  readonly clusters: ReadonlyMap<string, CarriedCluster>;
  readonly accepted: readonly AcceptedCode[];
  readonly approved: readonly string[];
  readonly maxConcurrency: number;
  readonly maxFailures: number;
  readonly paused: boolean;
}

/** What the next run must know about a cluster besides its progress. */
export interface CarriedCluster {
  /** This rollout started its workflow, which outlives the run and reports to the next one. */
  readonly started?: true;
  /** A person decided `retry`, and the cluster waits for its turn. */
  readonly retrying?: true;
  /** When the checks passed it, in milliseconds since the epoch. */
  readonly checkedAt?: number;
}

type Frame = Omit<CarryOver, 'progress' | 'clusters'>;
type Part = readonly (ClusterProgress & { readonly carried?: CarriedCluster })[];
/**
 * The arguments after the document. Each is a separate payload, because one payload with hundreds of clusters would
 * be too large.
 */
export type PackedCarryOver = [] | [Frame, RolloutProgress, ...Part[]];

/** Clusters of one argument: about 15 KiB. */
const CLUSTERS_PER_ARGUMENT = 25;

/** Returns the workflow arguments that carry over what a rollout knows. */
export function pack({ progress, clusters: carried, ...frame }: CarryOver): PackedCarryOver {
  const clusters = progress.clusters.map((cluster) => {
    const own = carried.get(cluster.cluster);
    return own ? { ...cluster, carried: own } : cluster;
  });
  const parts = inBatches(clusters, CLUSTERS_PER_ARGUMENT);
  return [frame, { ...progress, clusters: [] }, ...parts];
}

/** Returns what was carried over, or undefined for the first run of a rollout. */
export function unpack(packed: PackedCarryOver): CarryOver | undefined {
  const [frame, progress, ...parts] = packed;
  if (!frame || !progress) return undefined;
  const all = parts.flat();
  return {
    ...frame,
    progress: { ...progress, clusters: all.map(({ carried: _carried, ...cluster }) => cluster) },
    clusters: new Map(all.flatMap(({ cluster, carried }) => (carried ? [[cluster, carried] as const] : []))),
  };
}
