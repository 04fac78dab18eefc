import type { Client } from '@temporalio/client';
import type { Istioctl } from '../src/istio/render/istioctl.js';
import type { Clusters } from '../src/kubernetes/connection/clusters.js';

/** What the activities work with; the worker makes it once. */
export interface ActivityDependencies {
  /** The inventory and the clusters in it. */
  readonly clusters: Clusters;
  readonly istioctl: Istioctl;
  /** A client of the Temporal that the worker serves; connects on first use. */
  readonly temporalClient: () => Promise<Client>;
  /** How many activities the worker runs at once. */
  readonly maxActivities: number;
  /** Whether the worker has begun to stop: what would run for long leaves then. */
  readonly isStopping: () => boolean;
}
