import { type Cidr, parseCidr } from '../../base/cidr.js';

/** Finds overlapping address blocks of different clusters. Plain TypeScript and deterministic: workflows use it. */

/** The purpose of the addresses of a block. */
export type Use = 'pod' | 'service';

/** A block that one cluster uses. */
export interface Claim {
  readonly cluster: string;
  readonly use: Use;
  readonly cidr: string;
}

/** Two overlapping claims, in the order of the claims. */
export type Overlap = readonly [Claim, Claim];

interface Ranked extends Claim {
  readonly rank: number;
}

/** By use, the first claims of two different clusters: for any cluster, one of them belongs to another cluster. */
type FirstTwo = Readonly<Record<Use, Ranked[]>>;

/** A block of addresses with all its claims. */
interface Block extends Cidr {
  readonly claims: Ranked[];
  /** The claims of this block and of those around it. */
  readonly around: FirstTwo;
  /** The claims of this block and of those inside it. */
  readonly inside: FirstTwo;
}

const USES: readonly Use[] = ['pod', 'service'];

/**
 * Returns the overlaps between clusters, without most of the pairs that follow from others: hundreds of clusters with
 * the same block would make tens of thousands of pairs. A claim that overlaps others is returned with the first pod
 * block and the first service block of another cluster that it overlaps, so no cluster with an overlap is missing.
 *
 * @param claims the order decides which claim is first; texts that are not CIDRs are ignored
 */
export function findOverlaps(claims: readonly Claim[]): Overlap[] {
  const blocks = blocksOf(claims);
  spread(blocks);
  const overlaps = new Map<number, readonly [Ranked, Ranked]>();
  for (const block of blocks) {
    for (const claim of block.claims) {
      for (const use of USES) {
        const rival = earlier(rivalOf(claim, block.around[use]), rivalOf(claim, block.inside[use]));
        if (rival === undefined) continue;
        const pair = rival.rank < claim.rank ? ([rival, claim] as const) : ([claim, rival] as const);
        overlaps.set(pair[0].rank * claims.length + pair[1].rank, pair);
      }
    }
  }
  return [...overlaps].sort(([a], [b]) => a - b).map(([, pair]) => pair);
}

/** Returns the claimed blocks, each once. A block comes before the blocks inside it. */
function blocksOf(claims: readonly Claim[]): Block[] {
  const blocks = new Map<string, Block>();
  claims.forEach((claim, rank) => {
    const cidr = parseCidr(claim.cidr);
    if (cidr === undefined) return;
    const key = cidr.first + cidr.last;
    let block = blocks.get(key);
    if (block === undefined) {
      block = { ...cidr, claims: [], around: nobody(), inside: nobody() };
      blocks.set(key, block);
    }
    block.claims.push({ cluster: claim.cluster, use: claim.use, cidr: claim.cidr, rank });
  });
  return [...blocks.values()].sort(
    (a, b) => a.family - b.family || compare(a.first, b.first) || compare(b.last, a.last),
  );
}

/**
 * Records for every block the claims of the blocks around and inside it. Blocks are nested or disjoint, so a stack is
 * enough.
 */
function spread(blocks: readonly Block[]): void {
  const open: Block[] = [];
  const close = () => {
    const block = open.pop();
    const parent = open.at(-1);
    if (block !== undefined && parent !== undefined) addAll(parent.inside, block.inside);
  };
  for (const block of blocks) {
    while (open.length > 0 && !contains(open.at(-1), block)) close();
    addAll(block.around, open.at(-1)?.around ?? nobody());
    for (const claim of block.claims) {
      add(block.around[claim.use], claim);
      add(block.inside[claim.use], claim);
    }
    open.push(block);
  }
  while (open.length > 0) close();
}

function contains(outer: Block | undefined, inner: Block): boolean {
  return outer !== undefined && outer.family === inner.family && outer.last >= inner.last;
}

function addAll(known: FirstTwo, more: FirstTwo): void {
  for (const use of USES) for (const claim of more[use]) add(known[use], claim);
}

/** Keeps the first claim, and the first claim of another cluster. */
function add(firstTwo: Ranked[], claim: Ranked): void {
  const [first, second] = firstTwo;
  if (first === undefined || claim.rank < first.rank) {
    const next = first?.cluster === claim.cluster ? second : first;
    firstTwo.splice(0, 2, claim, ...(next === undefined ? [] : [next]));
  } else if (claim.cluster !== first.cluster && (second === undefined || claim.rank < second.rank)) {
    firstTwo[1] = claim;
  }
}

function rivalOf(claim: Ranked, firstTwo: readonly Ranked[]): Ranked | undefined {
  return firstTwo[0]?.cluster === claim.cluster ? firstTwo[1] : firstTwo[0];
}

function earlier(a: Ranked | undefined, b: Ranked | undefined): Ranked | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.rank < b.rank ? a : b;
}

function nobody(): FirstTwo {
  return { pod: [], service: [] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
