import { ApiError } from '../kubernetes/api-client.js';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import type { PodPorts } from '../network/cluster-network.js';
import type { Pod } from './pod.js';

/** Lets port-forwards through the API server to the Pod's ports reach its process (kwok 0.8, PortForward). */
export async function createPortForward(cluster: LabCluster, pod: Pod, ports: PodPorts): Promise<void> {
  const { name, namespace } = pod.metadata;
  const forwards = [...ports].map(([port, local]) => ({
    ports: [port],
    target: { address: '127.0.0.1', port: local },
  }));
  const forward = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'PortForward',
    metadata: { name, namespace },
    spec: { forwards },
  };
  try {
    await cluster.api.post(collection(namespace), forward);
  } catch (error) {
    // 409: it is there from an earlier life of the process, or of an earlier Pod of the same name.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
    await cluster.api.patch(`${collection(namespace)}/${name}`, 'merge-patch+json', forward);
  }
}

/** Removes what {@link createPortForward} wrote. */
export async function deletePortForward(cluster: LabCluster, pod: Pod): Promise<void> {
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
