import type { ClusterRole } from '../kubernetes/lab-cluster.js';
import type { ProcessIdentity } from '../tools/lock/process-identity.js';
import type { Release } from '../tools/releases.js';

/** A lab at one moment. */
export interface LabStatus {
  /** Absolute path of the state directory. */
  directory: string;
  /** Absolute path of the directory of its unix sockets. */
  socketDirectory: string;
  inventoryPath: string;
  /** Process that runs the lab; when it ends, so does the lab. */
  owner: ProcessIdentity;
  /** ISO 8601. */
  startedAt: string;
  /** False while the lab starts. */
  ready: boolean;
  /** HTTPS_PROXY for a worker or a tool that is to reach the `apiServer` addresses. */
  proxyUrl?: string;
  /** `undefined` when the lab was started without Temporal. */
  temporal?: { address: string; uiUrl: string; running: boolean };
  clusters: ClusterStatus[];
  /** Children that live, each the leader of a process group. */
  processes: { name: string; pid: number }[];
}

/** A cluster of a {@link LabStatus}. */
export interface ClusterStatus {
  name: string;
  role: ClusterRole;
  release: Release;
  labels: Readonly<Record<string, string>>;
  server: string;
  apiServer: string;
  kubeconfigPath: string;
  podCIDR: string;
  serviceCIDR: string;
  /** Whether its API server runs. */
  running: boolean;
  /** Pods of istiod, or with Istio 1.4 of pilot; only in a cluster of role primary. */
  istiods: PodStatus[];
  /** Pods of citadel and of the sidecar injector; only with Istio 1.4. */
  injection: PodStatus[];
}

/** A Pod that has a process. */
export interface PodStatus {
  /** Such as `istiod`. */
  program: string;
  namespace: string;
  name: string;
  /** IP address; empty until it has one. */
  address: string;
  ready: boolean;
}
