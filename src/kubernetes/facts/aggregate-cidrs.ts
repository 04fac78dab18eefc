import { parseCidr } from '../../base/cidr.js';

interface Range {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32n, 6: 128n } as const;
/** Two for each node of the largest possible cluster. A server that returns more is wrong. */
const MOST_CIDRS = 30_000;

/**
 * Returns the fewest blocks with exactly the same addresses: 64 nodes with a /24 each become one /18. Texts that are
 * not CIDRs are ignored, and so is everything after the first 30,000. The result is sorted, IPv4 first.
 */
export function aggregateCidrs(cidrs: readonly string[]): string[] {
  const ranges = cidrs
    .slice(0, MOST_CIDRS)
    .map((cidr) => parseCidr(cidr.trim()))
    .filter((cidr) => cidr !== undefined)
    .map(
      ({ family, first, last }): Range => ({
        family,
        first: BigInt(`0x${first}`),
        last: BigInt(`0x${last}`),
      }),
    )
    .sort((a, b) => a.family - b.family || compare(a.first, b.first));
  const merged: Range[] = [];
  for (const { family, first, last } of ranges) {
    const previous = merged.at(-1);
    if (previous !== undefined && previous.family === family && first <= previous.last + 1n) {
      if (last > previous.last) merged[merged.length - 1] = { ...previous, last };
    } else {
      merged.push({ family, first, last });
    }
  }
  return merged.flatMap(blocksOf);
}

/** Returns a range as CIDR blocks by repeatedly taking the largest block that fits at its start. */
function blocksOf({ family, first, last }: Range): string[] {
  const blocks: string[] = [];
  let start = first;
  while (start <= last) {
    let size = 1n;
    let length = BITS[family];
    while (length > 0n && start % (size * 2n) === 0n && start + size * 2n - 1n <= last) {
      size *= 2n;
      length -= 1n;
    }
    blocks.push(`${formatAddress(family, start)}/${length}`);
    start += size;
  }
  return blocks;
}

function formatAddress(family: 4 | 6, address: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  // URL writes IPv6 in its shortest form (RFC 5952).
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
