import type { LabCluster } from '../../../lab/lab.js';
import { until } from '../../support/wait.js';

const DEPLOYMENT = '/apis/apps/v1/namespaces/istio-system/deployments/istiod';
const PODS = '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod';

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas?: number; readonly minReadySeconds?: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** The Deployment of istiod in a primary. */
export function istiodOf(primary: LabCluster): Promise<Deployment> {
  return primary.api.get<Deployment>(DEPLOYMENT);
}

/** The names of the Pods of istiod in a primary, sorted. */
export async function istiodPods(primary: LabCluster): Promise<string[]> {
  const { items } = await primary.api.get<{ items: { metadata: { name: string } }[] }>(PODS);
  return items.map(({ metadata }) => metadata.name).sort();
}

/** Restarts istiod as `kubectl rollout restart` does, and waits until only new Pods are there. */
export async function restartIstiod(primary: LabCluster): Promise<void> {
  const before = await istiodPods(primary);
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  await primary.api.patch(`${DEPLOYMENT}?fieldManager=kubectl-rollout`, 'merge-patch+json', {
    spec: { template: { metadata: { annotations } } },
  });
  const isDone = async () => {
    const [{ metadata, spec, status }, pods] = await Promise.all([istiodOf(primary), istiodPods(primary)]);
    const wanted = spec.replicas ?? 1;
    const { observedGeneration = 0, replicas, updatedReplicas, readyReplicas } = status;
    const isSettled = [replicas, updatedReplicas, readyReplicas].every((count) => count === wanted);
    const areNew = pods.every((name) => !before.includes(name));
    return observedGeneration >= metadata.generation && isSettled && areNew;
  };
  await until(`istiod of ${primary.name} is restarted`, isDone, { timeoutMs: 120_000 });
}
