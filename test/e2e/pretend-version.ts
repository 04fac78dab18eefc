import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { LabCluster } from '../../lab/lab.js';

/**
 * A stand-in for a cluster of another Kubernetes version: the real API server behind a proxy that answers `/version`
 * with a version of the test's choice. Only one version of Kubernetes is built for the lab.
 */
export async function pretendVersion(
  cluster: LabCluster,
  gitVersion: string,
): Promise<{ kubeconfigPath: string; close(): Promise<void> }> {
  const certificates = join(dirname(cluster.kubeconfigPath), 'certificates');
  const [cert, key] = await Promise.all(
    ['apiserver.crt', 'apiserver.key'].map((name) => readFile(join(certificates, name))),
  );
  const agent = new Agent({ ca: cluster.certificateAuthority, keepAlive: true });
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    if (incoming.url?.startsWith('/version')) {
      const [major, minor] = gitVersion.slice(1).split('.');
      outgoing
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ major, minor, gitVersion }));
      return;
    }
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? '/', cluster.server), { method, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kubeconfig = await readFile(cluster.productKubeconfigPath, 'utf8');
  const kubeconfigPath = `${cluster.productKubeconfigPath}.pretended`;
  await writeFile(kubeconfigPath, kubeconfig.replace(cluster.server, `https://127.0.0.1:${port}`), {
    mode: 0o600,
  });
  return {
    kubeconfigPath,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
}
