import type { LabCluster } from '../kubernetes/lab-cluster.js';
import { type IstiodPod, istiodContainer } from './istiod-pod.js';
import type { PodPlace } from './pod-places.js';

/** What the lab, as the kubelet of istiod Pods, says of one. */
export interface PodState {
  place: PodPlace;
  /** ISO 8601. */
  startTime: string;
  /** Whether the istiod process answers its readiness probe. */
  ready: boolean;
  /** How often its process was started again. */
  restarts: number;
}

/** Writes the status of a running Pod. */
export async function writePodStatus(cluster: LabCluster, pod: IstiodPod, state: PodState): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
  // The uid keeps a status away from a later Pod of the same name (409).
  await cluster.api.patch(path, 'strategic-merge-patch+json', {
    metadata: { uid },
    status: podStatus(pod, state),
  });
}

function podStatus(pod: IstiodPod, { place, startTime, ready, restarts }: PodState) {
  const notReady = { reason: 'ContainersNotReady', message: 'the istiod process does not answer' };
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: new Date().toISOString(),
    ...(holds ? { reason: null, message: null } : notReady),
  });
  const istiod = istiodContainer(pod).name;
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
      restartCount: name === istiod ? restarts : 0,
      state: { running: { startedAt: startTime } },
    })),
  };
}
