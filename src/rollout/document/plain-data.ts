import { formatPath } from '../problems/problem-path.js';
import type { Parsed, Problem } from '../problems/problems.js';

/** How deep a document may nest; Istio's own values need about a dozen levels. */
const DEEPEST = 32;

interface Node {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

/**
 * A copy of an input that is certainly plain JSON data of limited size and depth, so that whatever follows can neither
 * overflow the stack, loop, nor touch a prototype.
 *
 * @param largest bytes of the input as JSON in UTF-8
 */
export function plainData(input: unknown, largest: number): Parsed<unknown> {
  const problems: Problem[] = [];
  const tooLarge = {
    path: '',
    message: `is larger than ${largest / 1024} KiB (as JSON): choose remotes with a selector, and move out what is not needed`,
  };
  let room = largest;
  const open: Node[] = [{ value: input, path: [] }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // Every value takes at least a byte: an early end for huge inputs, and for YAML aliases that multiply.
    room -= typeof node.value === 'string' ? node.value.length : 1;
    if (room < 0) return { ok: false, problems: [tooLarge] };
    const problem = nodeProblem(node);
    if (problem !== undefined) problems.push({ path: formatPath(node.path), message: problem });
    else if (sizeOf(node.value) > room) return { ok: false, problems: [tooLarge] };
    else open.push(...childrenOf(node));
  }
  if (problems.length > 0) return { ok: false, problems };
  const json = JSON.stringify(input) ?? 'null';
  if (Buffer.byteLength(json) > largest) return { ok: false, problems: [tooLarge] };
  return { ok: true, value: JSON.parse(json) };
}

function nodeProblem({ value, path }: Node): string | undefined {
  if (path.length > DEEPEST) return `is nested more than ${DEEPEST} levels deep`;
  if (path.at(-1) === '__proto__') return 'is not a possible name of a field';
  if (value === null || Array.isArray(value)) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'is not a finite number';
  if (typeof value !== 'object')
    return ['string', 'boolean', 'undefined'].includes(typeof value) ? undefined : 'is not JSON data';
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? undefined : 'is not JSON data';
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function childrenOf({ value, path }: Node): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.map((item, index) => ({ value: item, path: [...path, index] }));
  return Object.entries(value).map(([key, item]) => ({ value: item, path: [...path, key] }));
}
