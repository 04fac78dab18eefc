import type { LabCluster } from '../kubernetes/lab-cluster.js';
import { containerOf, type Pod } from './pod.js';
import type { PodPlace } from './pod-places.js';
import type { PodProgram } from './pod-program.js';

/** What the lab, as the kubelet of Pods that have a process, says of one. */
export interface PodState {
  place: PodPlace;
  /** ISO 8601. */
  startTime: string;
  /** Whether its process answers its readiness probe. */
  ready: boolean;
  /** How often its process was started again. */
  restarts: number;
}

/** Writes the status of a running Pod. */
export async function writePodStatus(
  cluster: LabCluster,
  pod: Pod,
  program: PodProgram,
  state: PodState,
): Promise<void> {
  await write(cluster, pod, podStatus(pod, program, state));
}

/** Writes the status of a Pod that waits for something that it mounts. */
export async function writePodCreating(cluster: LabCluster, pod: Pod): Promise<void> {
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'ContainerCreating' } },
  }));
  await write(cluster, pod, { phase: 'Pending', containerStatuses });
}

async function write(cluster: LabCluster, pod: Pod, status: object): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  // The uid keeps a status away from a later Pod of the same name (409).
  await cluster.api.patch(path, 'strategic-merge-patch+json', { metadata: { uid }, status });
}

function podStatus(pod: Pod, program: PodProgram, { place, startTime, ready, restarts }: PodState) {
  const notReady = { reason: 'ContainersNotReady', message: `the ${program.name} process does not answer` };
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: new Date().toISOString(),
    ...(holds ? { reason: null, message: null } : notReady),
  });
  const own = containerOf(pod, program.container).name;
  return {
    phase: 'Running',
    startTime,
    podIP: place.address,
    podIPs: [{ ip: place.address }],
    hostIP: place.nodeAddress,
    hostIPs: [{ ip: place.nodeAddress }],
    conditions: [
      condition('PodReadyToStartContainers', true),
      condition('Initialized', true),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready,
      started: true,
      restartCount: name === own ? restarts : 0,
      state: { running: { startedAt: startTime } },
    })),
  };
}
