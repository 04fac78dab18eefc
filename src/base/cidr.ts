/** CIDR blocks of IPv4 and IPv6. Plain TypeScript and deterministic: workflows use it. */

/**
 * A block of addresses. Addresses are strings of hexadecimal digits, of equal length within a family. Comparing
 * strings is much faster than comparing big integers, and a workflow compares hundreds of clusters.
 */
export interface Cidr {
  readonly family: 4 | 6;
  readonly first: string;
  readonly last: string;
  /** True when the text names an address inside the block instead of its first one: `10.0.0.7/24`. */
  readonly hasHostBits: boolean;
}

const PREFIX_LENGTH = /^(0|[1-9][0-9]{0,2})$/;
const OCTET = /^(0|[1-9][0-9]{0,2})$/;
const HEXTET = /^[0-9a-f]{1,4}$/;
const LONGEST_TEXT = 64;
const BITS_OF_DIGIT = 4;

/**
 * Returns the block that a text such as `10.244.0.0/16` or `fd00:10::/56` names, or undefined if the text is not a
 * CIDR.
 */
export function parseCidr(text: string): Cidr | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const [address = '', prefix = '', ...more] = text.toLowerCase().split('/');
  if (more.length > 0 || !PREFIX_LENGTH.test(prefix)) return undefined;
  const family = address.includes(':') ? 6 : 4;
  const digits = family === 6 ? parseIPv6(address) : parseIPv4(address);
  const length = Number(prefix);
  if (digits === undefined || length > digits.length * BITS_OF_DIGIT) return undefined;
  const first = fill(digits, length, '0');
  return { family, first, last: fill(digits, length, 'f'), hasHostBits: first !== digits };
}

/** Returns an address with all bits after the prefix set to 0 (digit `0`) or to 1 (digit `f`). */
function fill(digits: string, prefix: number, digit: '0' | 'f'): string {
  const whole = Math.floor(prefix / BITS_OF_DIGIT);
  const rest = prefix % BITS_OF_DIGIT;
  if (rest === 0) return digits.slice(0, whole).padEnd(digits.length, digit);
  const free = 0xf >> rest;
  const mixed = Number.parseInt(digits[whole] ?? '0', 16) & ~free;
  const filled = digit === 'f' ? mixed | free : mixed;
  return (digits.slice(0, whole) + filled.toString(16)).padEnd(digits.length, digit);
}

function parseIPv4(text: string): string | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255))
    return undefined;
  return octets.map((octet) => Number(octet).toString(16).padStart(2, '0')).join('');
}

function parseIPv6(text: string): string | undefined {
  const halves = withoutIPv4Tail(text).split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return undefined;
  if (tail === undefined) return head.length === 8 ? join(head) : undefined;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : join([...head, ...Array<string>(missing).fill('0'), ...tail]);
}

/**
 * Returns `::ffff:10.0.0.1` as `::ffff:0a00:0001`. Any other text is returned unchanged and, if invalid, fails later.
 */
function withoutIPv4Tail(text: string): string {
  const start = text.lastIndexOf(':') + 1;
  const digits = text.includes('.') ? parseIPv4(text.slice(start)) : undefined;
  return digits === undefined ? text : `${text.slice(0, start)}${digits.slice(0, 4)}:${digits.slice(4)}`;
}

function join(hextets: readonly string[]): string | undefined {
  if (!hextets.every((hextet) => HEXTET.test(hextet))) return undefined;
  return hextets.map((hextet) => hextet.padStart(4, '0')).join('');
}
