import type { Connection } from './connection.js';

/**
 * Returns a kubeconfig with one context for a connection, as JSON, which every reader of YAML takes. It holds credentials:
 * write it only to a file that nobody else can read.
 *
 * @param name of cluster, user and context
 */
export function kubeconfigFor(connection: Connection, name: string): string {
  const { server, certificateAuthority, skipTLSVerify, tlsServerName, proxyUrl } = connection;
  const { token, basic, client } = connection;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const cluster = {
    server,
    // client-go refuses a kubeconfig that has both.
    ...(skipTLSVerify
      ? { 'insecure-skip-tls-verify': true }
      : certificateAuthority && { 'certificate-authority-data': base64(certificateAuthority) }),
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
    'current-context': name,
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}
