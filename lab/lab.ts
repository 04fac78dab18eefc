import { lstat, mkdir, mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LabCluster } from './kubernetes/lab-cluster.js';
import type { AddClusterOptions, LabOptions } from './lab-options.js';
import type { RouteTable } from './network/route-table.js';
import { Reaper } from './processes/reaper.js';
import { RunningLab } from './running-lab.js';
import type { LabStatus } from './state/status.js';
import type { LabTemporal } from './temporal.js';
import { ownIdentity } from './tools/lock/process-identity.js';

export type { LabCluster } from './kubernetes/lab-cluster.js';
export type { LabOptions } from './lab-options.js';

/** Real clusters, Istio and Temporal on this machine, on loopback. */
export interface Lab {
  readonly directory: string;
  /** Inventory of the clusters, JSON, replaced as one step whenever they change. */
  readonly inventoryPath: string;
  /** Cluster `primary`: istiod Pods (1.4: pilot Pods) in it get a real process. */
  readonly primary: LabCluster;
  /** The clusters of role `remote`, in the order in which they were added. */
  readonly remotes: LabCluster[];
  readonly clusters: LabCluster[];
  /** @throws Error when the lab was started without. */
  readonly temporal: LabTemporal;
  /**
   * `<cluster>->istiod`: webhook calls of its API server to the primary's istiod Pods. `istiod-><cluster>`: istiod to its
   * API server. `<cluster>->kubelets`: port-forwards. The istiod Pods of another cluster of role primary are
   * `istiod.<cluster>`. With Istio 1.4 it is `pilot` instead of `istiod`, webhook calls are `<cluster>->sidecar-injector`,
   * to the cluster's own, and port-forwards have no route.
   */
  readonly routes: RouteTable;
  /**
   * An HTTP proxy (CONNECT) by which a worker or a tool reaches the `apiServer` addresses of the clusters: its
   * `HTTPS_PROXY`, such as `http://127.0.0.1:12345`.
   */
  readonly proxyUrl: string;
  /**
   * Starts another cluster, with no trace of an earlier one of that name.
   *
   * @throws Error when a cluster of that name is there.
   */
  addCluster(name: string, options?: AddClusterOptions): Promise<LabCluster>;
  /** Ends a cluster and takes it from the inventory. */
  removeCluster(name: string): Promise<void>;
  status(): LabStatus;
  /** Ends every process of the lab and removes its directory. */
  stop(): Promise<void>;
}

/**
 * Starts a lab and returns when Pods can run in every cluster and Temporal serves.
 * However this process ends, all processes of the lab end with it and its directory goes.
 *
 * @throws Error when the directory is in use or a program does not start; nothing is left running then.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // What removes the directory in the end would remove the link, and leave keys and data behind.
  if ((await lstat(directory)).isSymbolicLink())
    throw new Error(`${directory} is a symbolic link: name ${await realpath(directory)} instead`);
  if ((await readdir(directory)).length > 0)
    throw new Error(`${directory} is not empty; a lab needs a directory of its own`);
  const socketDirectory = await mkdtemp(socketPrefix());
  const reaper = await Reaper.start([directory, socketDirectory]);
  const lab = new RunningLab({ options, directory, socketDirectory, reaper, owner: await ownIdentity() });
  try {
    await lab.start();
    return lab;
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** What the path of a socket may have (unix(7), 104 bytes on macOS); the rest would be cut off without a word. */
const LONGEST_SOCKET_PATH = 103;

function socketPrefix(): string {
  const prefix = join(tmpdir(), 'mesh-lab-');
  const longest = Buffer.byteLength(`${prefix}123456/9999.sock`);
  return longest > LONGEST_SOCKET_PATH ? '/tmp/mesh-lab-' : prefix;
}
