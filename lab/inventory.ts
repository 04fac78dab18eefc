import type { LabCluster } from './kubernetes/lab-cluster.js';
import { writeAtomically } from './write-atomically.js';

/** Writes the inventory, the file in which a worker finds clusters by name. CIDRs are not in it: they can be found out. */
export async function writeInventory(path: string, clusters: LabCluster[]): Promise<void> {
  const entries = clusters.map(({ name, kubeconfigPath, context, apiServer, labels }) => ({
    name,
    kubeconfig: kubeconfigPath,
    context,
    apiServer,
    labels,
  }));
  await writeAtomically(path, `${JSON.stringify({ clusters: entries }, null, 2)}\n`);
}
