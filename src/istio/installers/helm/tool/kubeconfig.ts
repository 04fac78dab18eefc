import type { Connection } from '../../../../kubernetes/connection/connection.js';

const NAME = 'cluster';

/**
 * Returns a kubeconfig with one context for a connection, as JSON, which every reader of YAML takes. It holds credentials:
 * write it only to a file that nobody else can read.
 */
export function kubeconfigOf(connection: Connection): string {
  const { server, certificateAuthority, skipTLSVerify, tlsServerName, proxyUrl } = connection;
  const { token, basic, client } = connection;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const cluster = {
    server,
    ...(certificateAuthority && { 'certificate-authority-data': base64(certificateAuthority) }),
    ...(skipTLSVerify && { 'insecure-skip-tls-verify': true }),
    ...(tlsServerName && { 'tls-server-name': tlsServerName }),
    ...(proxyUrl && { 'proxy-url': proxyUrl }),
  };
  const user = {
    ...(token && { token }),
    ...basic,
    ...(client && {
      'client-certificate-data': base64(client.certificate),
      'client-key-data': base64(client.key),
    }),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': NAME,
    clusters: [{ name: NAME, cluster }],
    users: [{ name: NAME, user }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
  });
}
