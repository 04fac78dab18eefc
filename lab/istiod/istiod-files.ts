import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError } from '../kubernetes/api-client.js';
import { writeKubeconfig } from '../kubernetes/kubeconfig.js';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import { type IstiodPod, mountedSecrets } from './istiod-pod.js';

const TOKEN_SECONDS = 10 * 24 * 3600;

/**
 * Writes what a kubelet would put into the Pod below `directory`, its root: the mounted Secrets, and a kubeconfig with a
 * token of the Pod's own ServiceAccount, so that istiod may do no more than its RBAC rules say. Mesh config and
 * injection templates are no files there: istiod reads these ConfigMaps from the API server.
 *
 * @returns the path of the kubeconfig.
 */
export async function writeIstiodFiles(
  cluster: LabCluster,
  pod: IstiodPod,
  directory: string,
): Promise<string> {
  const { namespace } = pod.metadata;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await Promise.all(
    mountedSecrets(pod).map(async ({ secret, mountPath }) => {
      const data = await secretData(cluster, namespace, secret);
      if (!data) return;
      const folder = join(directory, mountPath);
      await mkdir(folder, { recursive: true });
      await Promise.all(
        Object.entries(data).map(([key, value]) =>
          writeFile(join(folder, key), Buffer.from(value, 'base64')),
        ),
      );
    }),
  );
  const serviceAccount = pod.spec.serviceAccountName ?? 'default';
  const { status } = await cluster.api.post<{ status: { token: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS },
    },
  );
  const path = join(directory, 'kubeconfig.yaml');
  const { apiServer: server, certificateAuthority } = cluster;
  await writeKubeconfig(path, cluster.name, serviceAccount, {
    server,
    certificateAuthority,
    token: status.token,
  });
  return path;
}

async function secretData(cluster: LabCluster, namespace: string, name: string) {
  try {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    return (await cluster.api.get<{ data?: Record<string, string> }>(path)).data;
  } catch (error) {
    // Optional, as all Secrets of Istio's chart are.
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
