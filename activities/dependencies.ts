import type { Client } from '@temporalio/client';
import type { Installers } from '../src/istio/installers/installers.js';
import type { Clusters } from '../src/kubernetes/connection/clusters.js';

/** What the activities work with. The worker makes it once. */
export interface ActivityDependencies {
  /** The inventory and the clusters in it. */
  readonly clusters: Clusters;
  /** Every way of installing that the worker has tools for. */
  readonly installers: Installers;
  /** A client of the Temporal that the worker serves; connects on first use. */
  readonly temporalClient: () => Promise<Client>;
  /** How many activities the worker runs at once. */
  readonly maxActivities: number;
  /** Whether the worker has begun to stop: what would run for long leaves then. */
  readonly isStopping: () => boolean;
}
