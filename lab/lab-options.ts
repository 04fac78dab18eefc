import type { ClusterRole, ProductRights } from './kubernetes/lab-cluster.js';
import type { Controllers } from './kubernetes/programs/controllers.js';
import type { Release } from './tools/releases.js';
import type { SomeToolPaths } from './tools/tool-names.js';

/** What to start. */
export interface LabOptions {
  /** State directory: created here, removed when the lab ends. It must not exist, or be empty. */
  directory: string;
  /** Those that the clusters need: `selectTools` says which. */
  tools: SomeToolPaths;
  /** Number of remote clusters beside the primary: `remote-1` with the label `tier=canary`, others with `tier=prod`. */
  remotes: number;
  /** Release of Istio for which the primary and the remotes are; default today's. */
  release?: Release | undefined;
  /** Default true. */
  temporal?: boolean;
  onProgress?: (line: string) => void;
}

/** How a cluster that is added differs from the others. */
export interface AddClusterOptions {
  /** Default `remote`. */
  role?: ClusterRole;
  /** Release of Istio that it is for; default today's, whatever the others are for. 1.4 means Kubernetes 1.15. */
  release?: Release | undefined;
  /** Labels of its inventory entry; default none. */
  labels?: Record<string, string>;
  /** IPv4, at least a /23; default one of its own. */
  podCIDR?: string;
  /** IPv4, or IPv4 and IPv6 separated by a comma; default IPv4 of its own. */
  serviceCIDR?: string;
  /** Default `full`. */
  controllers?: Controllers;
  /** Default `manifests`. */
  productRights?: ProductRights;
  /** Default true. */
  inInventory?: boolean;
}
