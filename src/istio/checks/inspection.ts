import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import type { Namespace } from '../../kubernetes/facts/namespaces.js';
import type { InspectInput } from '../../rollout/activities.js';
import type { Finding } from '../../rollout/checks/findings.js';
import type { InventoryCluster } from '../../rollout/inventory/inventory.js';
import type { OtherRegistration } from '../access/registrations.js';

/** What an inspection works from. */
export interface Inspection extends Omit<InspectInput, 'clusters'> {
  /** The root certificate of the mesh as the primary has it, PEM; undefined where it has none, or does not answer. */
  readonly meshRoot: () => Promise<string | undefined>;
  /** Remote secrets of the primary that register a cluster under another name; none where it does not answer. */
  readonly otherRegistrations: (cluster: string, server: string) => Promise<readonly OtherRegistration[]>;
}

/** What was read of a cluster whatever its role is. */
export interface InspectedCluster {
  readonly client: ClusterClient;
  readonly entry: InventoryCluster;
  /** Undefined where it does not exist, or cannot be read. */
  readonly istioNamespace: Namespace | undefined;
}

/** Returns what a kind of release finds about a cluster, beside what is true for all of them. Nothing is written. */
export type InspectCluster = (
  cluster: InspectedCluster,
  input: Inspection,
  options: ReadOptions,
) => Promise<Finding[]>;
