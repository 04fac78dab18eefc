/** IP addresses of istiod in remotes and primary. Deterministic: workflows use it. */

export type IPFamily = 'IPv4' | 'IPv6';

/** Returns the family of an IP address. */
export function familyOf(address: string): IPFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/**
 * Returns whether the endpoints of a remote are exactly these addresses of istiod, in any order. Addresses of a
 * family that none of the endpoints has are ignored: a Service with one IP family cannot have others.
 */
export function sameAddresses(endpoints: readonly string[], addresses: readonly string[]): boolean {
  if (endpoints.length === 0) return addresses.length === 0;
  const families = new Set(endpoints.map(familyOf));
  const expected = new Set(addresses.filter((address) => families.has(familyOf(address))));
  return expected.size === new Set(endpoints).size && endpoints.every((address) => expected.has(address));
}
