import type { LabCluster } from '../kubernetes/lab-cluster.js';
import { writeAtomically } from './write-atomically.js';

/**
 * Writes the inventory, the file in which a worker finds clusters by name, each with the kubeconfig of the product's
 * account. CIDRs are not in it: they can be found out.
 */
export async function writeInventory(path: string, clusters: LabCluster[]): Promise<void> {
  const entries = clusters.map(({ name, productKubeconfigPath, context, apiServer, labels }) => ({
    name,
    kubeconfig: productKubeconfigPath,
    context,
    apiServer,
    labels,
  }));
  await writeAtomically(path, `${JSON.stringify({ clusters: entries }, null, 2)}\n`);
}
