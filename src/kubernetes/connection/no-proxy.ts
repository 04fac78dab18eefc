import { domainToASCII } from 'node:url';
import { parseCidr } from '../../base/cidr.js';

/** The host and the port of a request, in the form that entries of NO_PROXY are compared with. */
interface Target {
  /** In lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: string;
  /** The host as hexadecimal digits, if it is an address. */
  readonly address: string | undefined;
}

/** The prefix of IPv4 addresses inside IPv6 (RFC 4291, 2.5.5.2). */
const MAPPED = `${'0'.repeat(20)}ffff`;

/**
 * Returns whether NO_PROXY exempts a server from the proxy, as kubectl and istioctl read it. An entry is an address,
 * a CIDR, a domain, which includes its subdomains, a domain with a leading dot or `*.`, which means only its
 * subdomains, or `*` for everything. Addresses and domains may have a port. Entries are separated by commas, and an
 * invalid entry exempts nothing (Go, golang.org/x/net v0.61.0, http/httpproxy/proxy.go).
 *
 * @param noProxy the text of the variable
 * @param port the port of the server, even if it is the default of the protocol
 */
export function isExempt(noProxy: string, host: string, port: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  const target: Target = { host: name, port, address: addressDigits(name) };
  return noProxy.split(',').some((entry) => matches(entry.trim().toLowerCase(), target));
}

/** Returns the digits of an IP address, or undefined for any other text. IPv4 inside IPv6 counts as IPv4. */
export function addressDigits(text: string): string | undefined {
  return blockDigits(`${text}/${text.includes(':') ? 128 : 32}`)?.[0];
}

function matches(entry: string, target: Target): boolean {
  if (entry === '*') return true;
  const block = blockDigits(entry);
  if (block !== undefined) return isInside(target.address, block);
  const [host, port] = splitPort(entry);
  const isHost = isSameHost(host, target);
  return isHost && (port === '' || port === target.port);
}

function isSameHost(host: string, target: Target): boolean {
  const address = addressDigits(host);
  if (address !== undefined) return address === target.address;
  // Names never match addresses, and addresses never match names.
  if (host === '' || target.address !== undefined) return false;
  const domain = host.startsWith('*.') ? host.slice(1) : host;
  if (domain.startsWith('.')) return target.host.endsWith(`.${asciiName(domain.slice(1))}`);
  const name = asciiName(domain);
  return target.host === name || target.host.endsWith(`.${name}`);
}

/** Returns a name with non-ASCII letters as it appears in requests: `xn--…`. */
function asciiName(name: string): string {
  return /[\u0080-\uffff]/.test(name) ? domainToASCII(name) || name : name;
}

/** Returns the first and the last address of a CIDR, as digits. */
function blockDigits(text: string): readonly [string, string] | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return undefined;
  const { first, last } = cidr;
  return first.startsWith(MAPPED) ? [first.slice(MAPPED.length), last.slice(MAPPED.length)] : [first, last];
}

function isInside(address: string | undefined, [first, last]: readonly [string, string]): boolean {
  return address?.length === first.length && first <= address && address <= last;
}

/** Splits `host:port` and `[address]:port` as Go's net.SplitHostPort does. A text without a port is a host. */
function splitPort(entry: string): readonly [host: string, port: string] {
  const [, bracketed, plain, port] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry) ?? [];
  return port === undefined ? [entry, ''] : [bracketed ?? plain ?? '', port];
}
