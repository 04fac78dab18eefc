import type { Identity } from './personalise.js';

/** Address blocks of the recorded cluster; no other cluster of a lab uses them. */
export const RECORDED_CIDRS = { podCIDR: '10.200.0.0/16', serviceCIDR: '10.201.0.0/16' } as const;

/** Returns the name of the n-th cluster of the fleet. All names have the same length; 0 is the recorded cluster. */
export function fleetName(n: number): string {
  return `fleet-${String(n).padStart(4, '0')}`;
}

/** The number of bytes of a token that differ between clusters. */
const TOKEN_BYTES = 12;

/**
 * Returns the identity of the recorded cluster.
 *
 * @param uid the UID of its namespace kube-system
 * @param readerToken the token with which istiod reads it, in base64, as the Secret has it
 */
export function recordedIdentity(uid: string, readerToken: string): Identity {
  // Part of its signature: base64 writes three bytes as four characters, and may pad the last four.
  const token = readerToken.slice(-4 - (TOKEN_BYTES / 3) * 4, -4);
  return { name: fleetName(0), uid, pods: '10.200.', token };
}

/**
 * Returns the identity of the n-th cluster, from 1 to 2,000. No two share a name, a UID, a Pod address or a token.
 * Their Services share one CIDR, like clusters that were created with the defaults of a tool.
 */
export function identityOf(n: number, recorded: Identity): Identity {
  const { uid = '' } = recorded;
  const [hundreds, ones] = [Math.floor(n / 100), n % 100];
  return {
    name: fleetName(n),
    uid: uid.slice(0, -12) + String(n).padStart(12, '0'),
    pods: `${20 + hundreds}.${100 + ones}.`,
    token: Buffer.from(String(n).padStart(TOKEN_BYTES, '0')).toString('base64'),
  };
}
