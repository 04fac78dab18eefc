import type { ClusterProgress, RolloutProgress } from '../src/rollout/progress.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';

/** What a rollout takes along when it continues as new; see {@link pack}. */
export interface CarryOver {
  readonly resolved: ResolvedRollout;
  readonly progress: RolloutProgress;
  /** Clusters whose workflow this rollout has started: they outlive the run, and report to the next one. */
  readonly children: readonly string[];
  readonly accepted: readonly string[];
  readonly approved: readonly string[];
  readonly maxConcurrency: number;
  readonly maxFailures: number;
  readonly paused: boolean;
}

type Frame = Omit<CarryOver, 'progress'>;
/** The arguments behind the document, each a payload of its own: hundreds of clusters in one would be too large. */
export type PackedCarryOver = [] | [Frame, RolloutProgress, ...ClusterProgress[][]];

/** Clusters of one argument: about 15 KiB. */
const CLUSTERS_PER_ARGUMENT = 25;

/** Makes workflow arguments of what is carried over. */
export function pack({ progress, ...frame }: CarryOver): PackedCarryOver {
  const { clusters } = progress;
  const parts = Array.from({ length: Math.ceil(clusters.length / CLUSTERS_PER_ARGUMENT) }, (_, index) =>
    clusters.slice(index * CLUSTERS_PER_ARGUMENT, (index + 1) * CLUSTERS_PER_ARGUMENT),
  );
  return [frame, { ...progress, clusters: [] }, ...parts];
}

/** What was carried over; undefined for the first run of a rollout. */
export function unpack(packed: PackedCarryOver): CarryOver | undefined {
  const [frame, progress, ...parts] = packed;
  return frame && progress && { ...frame, progress: { ...progress, clusters: parts.flat() } };
}
