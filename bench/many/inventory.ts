import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabCluster } from '../../lab/lab.js';

/** Writes a kubeconfig with one context into a folder and returns its path. */
export async function writeKubeconfig(
  folder: string,
  name: string,
  access: { readonly server: string; readonly certificateAuthority: string; readonly token: string },
): Promise<string> {
  const path = join(folder, `${name}.kubeconfig`);
  const { server, certificateAuthority, token } = access;
  const cluster = {
    server,
    'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
  };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await writeFile(path, JSON.stringify(kubeconfig), { mode: 0o600 });
  return path;
}

/** The label of clusters that are not the lab's: a document cannot name a thousand of them one by one. */
export const FLEET = { fleet: 'bench' } as const;

/** Writes an inventory of a lab's primary and clusters that are not the lab's, and returns its path. */
export async function writeInventory(
  folder: string,
  primary: LabCluster,
  remotes: readonly { readonly name: string; readonly kubeconfig: string }[],
): Promise<string> {
  const path = join(folder, 'inventory.json');
  const { name, kubeconfigPath, apiServer } = primary;
  const fleet = remotes.map((remote) => ({ ...remote, labels: FLEET }));
  const clusters = [{ name, kubeconfig: kubeconfigPath, apiServer }, ...fleet];
  await writeFile(path, JSON.stringify({ clusters }));
  return path;
}
