import type { LabCluster } from '../kubernetes/lab-cluster.js';
import { type IstiodPod, istiodContainer } from './istiod-pod.js';

/**
 * Writes into the Pod's status whether its istiod container is ready, as its kubelet would.
 *
 * @param restarts how often its process was started again.
 */
export async function writeReadiness(
  cluster: LabCluster,
  pod: IstiodPod,
  ready: boolean,
  restarts: number,
): Promise<void> {
  const now = new Date().toISOString();
  const reason = ready ? {} : { reason: 'ContainersNotReady', message: 'the istiod process does not answer' };
  const condition = (type: string) => ({
    type,
    status: ready ? 'True' : 'False',
    lastTransitionTime: now,
    reason: null,
    message: null,
    ...reason,
  });
  const name = istiodContainer(pod).name;
  // A strategic merge: conditions merge by type, container statuses are one list.
  const containerStatuses = pod.spec.containers.map((container) => ({
    ...pod.status?.containerStatuses?.find((one) => one.name === container.name),
    ready,
    ...(container.name === name && { restartCount: restarts }),
  }));
  await cluster.api.patch(
    `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`,
    'strategic-merge-patch+json',
    {
      metadata: { uid: pod.metadata.uid },
      status: { conditions: [condition('ContainersReady'), condition('Ready')], containerStatuses },
    },
  );
}
