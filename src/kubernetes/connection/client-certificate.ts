import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

/** What a TLS connection authenticates with, PEM. */
type Material = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

/**
 * Returns the TLS context of a kubeconfig's CA, certificate and key.
 *
 * @throws Error when they cannot be read or do not belong together. A connection would report that too late: OpenSSL
 * accepts a key of another kind than the certificate's and then sends neither, and behind a proxy Node reads both where
 * nobody catches the error.
 */
export function readMaterial(options: SecureContextOptions & Material): SecureContext {
  const context = createSecureContext(options);
  const [cert, key] = [first(options.cert), first(options.key)];
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error(
      cert === undefined ? 'a client key without its certificate' : 'a client certificate without its key',
    );
  }
  if (cert === undefined || key === undefined) return context;
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the client key does not fit the client certificate');
  }
  return context;
}

/** Returns when a client certificate expired, as it says it itself; undefined while it is valid, or where there is none. */
export function expiryOf(cert: SecureContextOptions['cert'], now = Date.now()): string | undefined {
  const pem = first(cert);
  if (pem === undefined) return undefined;
  const { validTo } = new X509Certificate(pem);
  return Date.parse(validTo) < now ? validTo : undefined;
}

/** client-node has one text or Buffer; an empty one is none. */
function first(
  value: SecureContextOptions['cert'] | SecureContextOptions['key'],
): string | Buffer | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one !== 'string' && !Buffer.isBuffer(one)) return undefined;
  return one.length === 0 ? undefined : one;
}
