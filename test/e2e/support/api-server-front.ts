import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { LabCluster } from '../../../lab/lab.js';
import { reservePort } from '../../../lab/network/ports.js';
import type { Certified } from '../../support/certificates.js';

/** What a front does with the requests that pass it. */
export interface Interception {
  /** Settles when the request may go on; `true`: it has been answered already, and goes no further. */
  before?(incoming: IncomingMessage, outgoing: ServerResponse): boolean | Promise<boolean>;
  /** Settles when the answer of the API server may go back. */
  after?(incoming: IncomingMessage): Promise<void>;
}

/** A server in front of the real API server of a cluster, with its certificate. */
export interface Front {
  /** A kubeconfig of the product's account that leads to the front. */
  readonly kubeconfigPath: string;
  /** Listens again after {@link Front.stopListening}. */
  listen(): Promise<void>;
  /** Closes the port and every connection. */
  stopListening(): void;
  /** Closes every connection, and shows this certificate to those that come. @default that of the API server */
  present(certificate?: Certified): void;
  close(): Promise<void>;
}

/** Puts a front before the API server; whoever uses another kubeconfig does not notice it. */
export async function frontApiServer(cluster: LabCluster, { before, after }: Interception): Promise<Front> {
  const own = await certificateOf(cluster);
  const agent = new Agent({ ca: cluster.certificateAuthority, keepAlive: true });
  const server = createServer({ cert: own.certificate, key: own.key }, (incoming, outgoing) => {
    void passOn(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const passOn = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if ((await before?.(incoming, outgoing)) || outgoing.destroyed) return;
    const { method, headers, url } = incoming;
    const onward = request(
      new URL(url ?? '/', cluster.server),
      { method, headers, agent },
      async (answer) => {
        await after?.(incoming);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  };
  server.on('upgrade', (incoming, client: Duplex, head) => joinUpgraded(cluster, incoming, client, head));
  // Nobody else takes it while the front does not listen.
  const port = await reservePort();
  const listen = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen();
  const { productKubeconfigPath } = cluster;
  const kubeconfig = await readFile(productKubeconfigPath, 'utf8');
  const path = `${productKubeconfigPath}.front-${port}`;
  await writeFile(path, kubeconfig.replace(cluster.server, `https://127.0.0.1:${port}`), { mode: 0o600 });
  return {
    kubeconfigPath: path,
    listen,
    stopListening: () => {
      server.close();
      server.closeAllConnections();
    },
    present: ({ certificate, key } = own) => {
      server.setSecureContext({ cert: certificate, key });
      server.closeAllConnections();
    },
    close: async () => {
      const closed = server.listening ? once(server, 'close') : undefined;
      server.closeAllConnections();
      server.close();
      await closed;
      agent.destroy();
    },
  };
}

async function certificateOf(cluster: LabCluster): Promise<Certified> {
  const folder = join(dirname(cluster.kubeconfigPath), 'certificates');
  const [certificate = '', key = ''] = await Promise.all(
    ['apiserver.crt', 'apiserver.key'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { certificate, key };
}

/** A port-forward: the request goes on as it came, and both ends are joined. */
function joinUpgraded(cluster: LabCluster, incoming: IncomingMessage, client: Duplex, head: Buffer): void {
  const { hostname: host, port } = new URL(cluster.server);
  const target = connect({ host, port: Number(port), ca: cluster.certificateAuthority }, () => {
    const { method, url, rawHeaders } = incoming;
    const headers = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
    );
    target.write(`${[`${method} ${url} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`);
    target.write(head);
    target.pipe(client).pipe(target);
  });
  target.on('error', () => client.destroy());
  client.on('error', () => target.destroy());
}
