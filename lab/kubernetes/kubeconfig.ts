import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { stringify } from 'yaml';
import type { ApiAccess } from './api-client.js';

/** Writes a kubeconfig (mode 0600) with one context, named `context`, that authenticates with a token. */
export async function writeKubeconfig(
  path: string,
  context: string,
  user: string,
  access: ApiAccess,
): Promise<void> {
  const certificateAuthority = Buffer.from(access.certificateAuthority).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: context,
        cluster: { server: access.server, 'certificate-authority-data': certificateAuthority },
      },
    ],
    users: [{ name: user, user: { token: access.token } }],
    contexts: [{ name: context, context: { cluster: context, user } }],
    'current-context': context,
  };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, stringify(kubeconfig), { mode: 0o600 });
}
