import { join } from 'node:path';
import { citadelProgram } from '../istio/citadel.js';
import { istiodProgram } from '../istio/istiod.js';
import { pilotProgram } from '../istio/pilot.js';
import { sidecarInjectorProgram } from '../istio/sidecar-injector.js';
import type { ClusterHost } from '../kubernetes/cluster-spec.js';
import type { ClusterRole, LabCluster } from '../kubernetes/lab-cluster.js';
import type { KwokFile } from '../kwok/kwok-files.js';
import { ConnectProxy } from '../network/connect-proxy.js';
import { reservePort } from '../network/ports.js';
import type { PodStatus } from '../state/status.js';
import type { Release } from '../tools/releases.js';
import { PodFollower } from './pod-follower.js';
import { PodPlaces } from './pod-places.js';
import type { PodHost } from './pod-process.js';

/** Which Pods of a cluster have a process of the lab depends on these. */
interface Kind {
  role: ClusterRole;
  release: Release;
}

/** The processes behind the Pods of one cluster. */
export interface RunningPods {
  /** Pods of istiod, or with Istio 1.4 of pilot. */
  istiods(): PodStatus[];
  /** Pods of citadel and of the sidecar injector of Istio 1.4. */
  injection(): PodStatus[];
  end(): Promise<void>;
}

/** The Stages with which kwok leaves those Pods to the lab. */
export function podStages({ role, release }: Kind): KwokFile[] {
  if (release !== '1.4') return role === 'primary' ? ['istiod-pods.yaml'] : [];
  return role === 'primary' ? ['pilot-pods.yaml', 'injection-pods.yaml'] : ['injection-pods.yaml'];
}

/** Follows the Pods of a cluster and runs a process for each that is to have one, until it is ended. */
export async function runPods(
  cluster: LabCluster,
  host: ClusterHost,
  onProgress: (line: string) => void,
): Promise<RunningPods> {
  const { directory, network, processes, tools } = host;
  const common = {
    cluster,
    network,
    places: new PodPlaces(cluster),
    processes,
    directory: join(directory, 'pods'),
    logDirectory: join(directory, 'logs', cluster.name),
    onProgress,
    proxyUrl: undefined,
  };
  const isOld = cluster.release === '1.4';
  const istiods = cluster.role === 'primary' ? await controlPlane(common, host) : undefined;
  const programs = isOld ? [citadelProgram(tools), sidecarInjectorProgram(tools)] : [];
  const injection = programs.map((program) => new PodFollower(common, program));
  return {
    istiods: () => istiods?.follower.status() ?? [],
    injection: () => injection.flatMap((follower) => follower.status()),
    end: async () => {
      await Promise.all([istiods?.follower, ...injection].map((follower) => follower?.end()));
      await istiods?.proxy.close();
    },
  };
}

/** The control plane reaches the API servers of all clusters, its own too, through a proxy of the lab's network. */
async function controlPlane(common: PodHost, { network, tools }: ClusterHost) {
  const { cluster } = common;
  const port = await reservePort();
  const proxy = await ConnectProxy.listen(port, network.istiodEgressOf(cluster.name));
  const program = cluster.release === '1.4' ? pilotProgram(tools) : istiodProgram(tools);
  return { proxy, follower: new PodFollower({ ...common, proxyUrl: `http://127.0.0.1:${port}` }, program) };
}
