import type { KwokFile } from '../kwok/kwok-files.js';
import type { ClusterNetwork } from '../network/cluster-network.js';
import type { ProcessTable } from '../processes/process-table.js';
import type { Release } from '../tools/releases.js';
import type { SomeToolPaths } from '../tools/tool-names.js';
import type { ClusterRole, ProductRights } from './lab-cluster.js';
import type { Controllers } from './programs/controllers.js';
import type { TokenReviewer } from './token-review.js';

/** What all clusters of a lab share. */
export interface ClusterHost {
  directory: string;
  /** Directory with a short path: a unix socket's may have some 100 characters. */
  socketDirectory: string;
  tools: SomeToolPaths;
  processes: ProcessTable;
  network: ClusterNetwork;
  etcdUrl: string;
  tokenReviewer: TokenReviewer;
  onProgress: (line: string) => void;
}

/** One cluster to start. */
export interface ClusterSpec {
  name: string;
  /** Number of the cluster in its lab, from 1, never used twice: its addresses and its keys in etcd. */
  number: number;
  role: ClusterRole;
  release: Release;
  labels: Record<string, string>;
  /** `undefined`: one of its own. */
  podCIDR: string | undefined;
  /** `undefined`: one of its own. */
  serviceCIDR: string | undefined;
  controllers: Controllers;
  productRights: ProductRights;
  /** The end of routes that stands for its istiod or pilot Pods; `undefined` when it runs none. */
  istiodEnd: string | undefined;
  /** Files with Stages for Pods that get a process of the lab. */
  podStages: readonly KwokFile[];
}
