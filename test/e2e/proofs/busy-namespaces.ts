import type { LabCluster } from '../../../lab/lab.js';

/** The namespaces that {@link makeBusy} prepares, as a document names them. */
export const NAMESPACES = ['default', 'later'].map((name) => ({ name, injection: 'enabled' }));

/** Labels `default`, which asks for sidecars before there is a mesh, and adds `later`, which does not ask yet. */
export async function makeBusy(cluster: LabCluster): Promise<void> {
  const labels = { 'istio-injection': 'enabled' };
  await cluster.api.patch('/api/v1/namespaces/default', 'merge-patch+json', { metadata: { labels } });
  await cluster.addNamespace('later');
}
