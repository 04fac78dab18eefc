import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RolloutError } from '../../rollout/rollout-error.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of a CA from a PEM file. Nothing else of the file is returned, such as a private key that
 * somebody keeps in it.
 *
 * @param cluster the cluster of the API server; errors name it
 * @returns the certificates as concatenated PEM
 * @throws RolloutError `cluster-not-usable` when the file cannot be read, or contains no certificates
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
  if (certificates.length === 0) throw unusable('contains no PEM certificate');
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw unusable(`contains something other than a certificate in PEM block ${index + 1}`, error);
    }
  }
  return `${certificates.join('\n')}\n`;
}
