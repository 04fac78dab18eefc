import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { DryRunClient } from '../../kubernetes/client/dry-run-client.js';
import type { Clusters } from '../../kubernetes/connection/clusters.js';
import type { AppliedSet } from '../apply/apply-manifests.js';
import type { Manifest } from '../apply/manifests.js';
import type { StepContext } from './step-context.js';

/**
 * Where a step works: on the clusters themselves, or on dry-run clients of them for a plan. A step is written once and
 * runs on both, so a plan and a rollout cannot disagree about an object.
 */
export interface Site {
  readonly step: StepContext;
  readonly clusters: Clusters;
  /** The cluster that the step is about. On a plan every write is a dry run that later reads show. */
  readonly cluster: ClusterClient;
  /** The primary of the mesh, with the same promise; for a step of the primary it is {@link cluster}. */
  readonly primary: ClusterClient;
  /**
   * Does one part of a step. On a plan, what would park the cluster is noted instead of thrown and the result is
   * undefined, so that one plan shows everything.
   */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Applies manifests in their order. On a plan each is a part of its own. */
  apply(manifests: readonly Manifest[]): Promise<AppliedSet>;
  /**
   * Waits for something or proves it. A plan has written nothing, so it has nothing to wait for: there `planned` takes
   * the place of `work`, on the dry-run client of {@link cluster}.
   */
  settle<T>(work: () => Promise<T>, planned: (dryRun: DryRunClient) => Promise<T>): Promise<T>;
  /** Says in a plan what could not be found out, or what will happen. Does nothing in a rollout. */
  note(text: string): void;
}

/** The `planned` of {@link Site.settle} where a plan does nothing. */
export async function nothing(): Promise<undefined> {
  return undefined;
}
