import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createAuthority } from '../../support/certificates.js';

/** The `clientConfig` of a webhook in a cluster. */
interface ClientConfig {
  readonly url: string;
  readonly caBundle: string;
}

/** An admission webhook that refuses whatever it is asked about. */
export interface RefusingWebhook {
  readonly clientConfig: ClientConfig;
  close(): Promise<void>;
}

/** Listens on a port of this machine. */
export async function openRefusingWebhook(): Promise<RefusingWebhook> {
  const authority = createAuthority('the CA of a webhook');
  const { certificate, key } = authority.issue('webhook', { names: ['127.0.0.1'] });
  const server = createServer({ cert: certificate, key }, async (incoming, outgoing) => {
    const { apiVersion, kind, request } = (await json(incoming)) as {
      apiVersion: string;
      kind: string;
      request: { uid: string };
    };
    const response = { uid: request.uid, allowed: false, status: { message: 'not in this cluster' } };
    outgoing
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ apiVersion, kind, response }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    clientConfig: {
      url: `https://127.0.0.1:${port}/`,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
