import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Inventory } from '../../src/rollout/inventory/inventory.js';
import type { Problem } from '../../src/rollout/problems/problems.js';

/**
 * Documents that must be refused, wherever they come in: API, CLI, Temporal. Each file begins with one comment for each
 * problem, `# problem: <path> | <part of the message>`; they are judged against {@link testInventory}.
 */
export interface BadDocument {
  readonly name: string;
  /** As a user has it in a file. */
  readonly text: string;
  /** The same, parsed. */
  readonly document: unknown;
  /** Every problem, in the order in which they are told; `message` is a part of it. */
  readonly problems: readonly Problem[];
}

/** A document that must be taken. */
export type GoodDocument = Omit<BadDocument, 'problems'>;

const FIXTURES = new URL('../fixtures/', import.meta.url);
const PROBLEM = /^# problem: ?(.*?) ?\| (.+)$/gm;

/** Every bad document of test/fixtures. */
export function badDocuments(): BadDocument[] {
  return documentsIn('documents/bad/').map((file) => ({
    ...file,
    problems: [...file.text.matchAll(PROBLEM)].map(([, path = '', message = '']) => ({ path, message })),
  }));
}

/** Every good document of test/fixtures. */
export function goodDocuments(): GoodDocument[] {
  return documentsIn('documents/good/');
}

/** The inventory that the documents of test/fixtures are written for; its kubeconfigs do not exist. */
export function testInventory(): Inventory {
  return JSON.parse(readFileSync(new URL('inventory.json', FIXTURES), 'utf8'));
}

function documentsIn(folder: string): GoodDocument[] {
  const files = readdirSync(new URL(folder, FIXTURES)).sort();
  return files.map((file) => {
    const text = readFileSync(new URL(`${folder}${file}`, FIXTURES), 'utf8');
    return { name: file.replace(/\.yaml$/, ''), text, document: parse(text) };
  });
}
