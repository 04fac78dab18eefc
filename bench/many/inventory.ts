import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabCluster } from '../../lab/lab.js';

/** Writes a kubeconfig with one context into a folder and gives its path. */
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

/** Writes an inventory of a lab's primary and clusters that are not the lab's, and gives its path. */
export async function writeInventory(
  folder: string,
  primary: LabCluster,
  remotes: readonly { readonly name: string; readonly kubeconfig: string }[],
): Promise<string> {
  const path = join(folder, 'inventory.json');
  const { name, kubeconfigPath, apiServer } = primary;
  const clusters = [{ name, kubeconfig: kubeconfigPath, apiServer }, ...remotes];
  await writeFile(path, JSON.stringify({ clusters }));
  return path;
}
