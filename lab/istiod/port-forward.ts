import { ApiError } from '../kubernetes/api-client.js';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import type { PodPorts } from '../network/cluster-network.js';
import type { IstiodPod } from './istiod-pod.js';

/** Lets port-forwards through the API server to the Pod's ports reach its process (kwok 0.8, PortForward). */
export async function createPortForward(cluster: LabCluster, pod: IstiodPod, ports: PodPorts): Promise<void> {
  const { name, namespace } = pod.metadata;
  const forwards = [...ports].map(([port, local]) => ({
    ports: [port],
    target: { address: '127.0.0.1', port: local },
  }));
  await cluster.api.patch(
    `${collection(namespace)}/${name}?fieldManager=lab&force=true`,
    'apply-patch+yaml',
    {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'PortForward',
      metadata: { name, namespace },
      spec: { forwards },
    },
  );
}

/** Removes what {@link createPortForward} wrote. */
export async function deletePortForward(cluster: LabCluster, pod: IstiodPod): Promise<void> {
  try {
    await cluster.api.delete(`${collection(pod.metadata.namespace)}/${pod.metadata.name}`);
  } catch (error) {
    // 404: the namespace took it along.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

function collection(namespace: string): string {
  return `/apis/kwok.x-k8s.io/v1alpha1/namespaces/${namespace}/portforwards`;
}
