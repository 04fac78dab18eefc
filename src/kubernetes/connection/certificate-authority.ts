import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RolloutError } from '../../rollout/rollout-error.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of a CA from a PEM file. Nothing else of the file is returned: a key that somebody keeps beside
 * them stays where it is.
 *
 * @param cluster whose API server the CA is for; named in errors
 * @returns the certificates as PEM, one after the other
 * @throws RolloutError `cluster-not-usable` when the file cannot be read, or holds no certificates
 */
export async function readCertificateAuthority(path: string, cluster: string): Promise<string> {
  const unusable = (why: string, cause?: unknown) =>
    new RolloutError('cluster-not-usable', `the certificateAuthority ${path} ${why}`, {
      cluster,
      cause,
      action: 'Correct certificateAuthority of the cluster in the inventory, then retry the cluster.',
    });
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unusable(`cannot be read (${error.code})`, error);
  });
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw unusable('holds no certificate in PEM');
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw unusable(`holds something else than a certificate in its PEM block ${index + 1}`, error);
    }
  }
  return `${certificates.join('\n')}\n`;
}
