import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

/** CA, certificate and key of a TLS connection, as PEM. */
type Material = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

/**
 * Returns the TLS context of a kubeconfig's CA, certificate and key.
 *
 * @throws Error when they cannot be read or do not belong together. A connection would report that too late: OpenSSL
 *   accepts a key of another type than the certificate's and then sends neither. Behind a proxy, Node reads both in a
 *   place where nobody catches the error.
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
    throw new Error('the client key does not match the client certificate');
  }
  return context;
}

/** Returns the expiry date of an expired client certificate; undefined if it is still valid or absent. */
export function expiryOf(cert: SecureContextOptions['cert'], now = Date.now()): string | undefined {
  const pem = first(cert);
  if (pem === undefined) return undefined;
  const { validTo } = new X509Certificate(pem);
  return Date.parse(validTo) < now ? validTo : undefined;
}

/** Returns the single text or Buffer that client-node sets, or undefined if it is empty. */
function first(
  value: SecureContextOptions['cert'] | SecureContextOptions['key'],
): string | Buffer | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one !== 'string' && !Buffer.isBuffer(one)) return undefined;
  return one.length === 0 ? undefined : one;
}
