/** CIDR blocks of IPv4 and IPv6 as numbers. Plain TypeScript and deterministic: workflows use it. */

/** A block of addresses. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  /** True when the text names an address inside the block instead of its first one: `10.0.0.7/24`. */
  readonly hasHostBits: boolean;
}

const PREFIX_LENGTH = /^(0|[1-9][0-9]{0,2})$/;
const OCTET = /^(0|[1-9][0-9]{0,2})$/;
const HEXTET = /^[0-9a-f]{1,4}$/i;
const LONGEST_TEXT = 64;

/** The block that a text such as `10.244.0.0/16` or `fd00:10::/56` names; nothing when it names none. */
export function parseCidr(text: string): Cidr | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const [address = '', prefix = '', ...more] = text.split('/');
  if (more.length > 0 || !PREFIX_LENGTH.test(prefix)) return undefined;
  const family = address.includes(':') ? 6 : 4;
  const bits = family === 6 ? 128 : 32;
  const number = family === 6 ? parseIPv6(address) : parseIPv4(address);
  const length = Number(prefix);
  if (number === undefined || length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  const first = number - (number % size);
  return { family, first, last: first + size - 1n, hasHostBits: first !== number };
}

function parseIPv4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.reduce((number, octet) => number * 256n + BigInt(octet), 0n);
}

function parseIPv6(text: string): bigint | undefined {
  const halves = withoutIPv4Tail(text).split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return undefined;
  if (tail === undefined) return head.length === 8 ? join(head) : undefined;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : join([...head, ...Array<string>(missing).fill('0'), ...tail]);
}

/** `::ffff:10.0.0.1` as `::ffff:a00:1`; anything else stays what it is, and fails later when it is wrong. */
function withoutIPv4Tail(text: string): string {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const number = parseIPv4(tail);
  if (number === undefined) return text;
  return `${text.slice(0, -tail.length)}${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
}

function join(hextets: readonly string[]): bigint | undefined {
  if (!hextets.every((hextet) => HEXTET.test(hextet))) return undefined;
  return hextets.reduce((number, hextet) => (number << 16n) + BigInt(`0x${hextet}`), 0n);
}
