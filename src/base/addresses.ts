/** IP addresses of istiod, as remotes and primary have them. Deterministic: workflows use it. */

export type IPFamily = 'IPv4' | 'IPv6';

/** The family of an IP address. */
export function familyOf(address: string): IPFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/**
 * Whether the endpoints of a remote are just these addresses of istiod, in any order. Addresses of a family that none of
 * the endpoints has do not count: a Service with one IP family can have no others.
 */
export function sameAddresses(endpoints: readonly string[], addresses: readonly string[]): boolean {
  if (endpoints.length === 0) return addresses.length === 0;
  const families = new Set(endpoints.map(familyOf));
  const expected = new Set(addresses.filter((address) => families.has(familyOf(address))));
  return expected.size === new Set(endpoints).size && endpoints.every((address) => expected.has(address));
}
