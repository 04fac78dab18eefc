import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import type { Parsed } from '../../rollout/problems/problems.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { fileVersion } from './file-version.js';

/**
 * The inventory as a file (YAML or JSON), read again when it has changed. It stands apart from {@link Clusters}, so that
 * the API server, which needs names and labels only, does not load what it takes to reach clusters.
 */
export class InventoryFile<Inventory> {
  readonly path: string;
  readonly #parse: (input: unknown) => Parsed<Inventory>;
  #last: { readonly inventory: Inventory; readonly version: string } | undefined;

  /** @param parse what its reader needs of it: everything, or names and labels */
  constructor(path: string, parse: (input: unknown) => Parsed<Inventory>) {
    this.path = path;
    this.#parse = parse;
  }

  /**
   * The inventory as it is now.
   *
   * @throws RolloutError `inventory-invalid` with every problem, when the file cannot be read or is not valid
   */
  async read(): Promise<Inventory> {
    const version = fileVersion(this.path);
    if (this.#last?.version !== version) {
      this.#last = { inventory: await readInventory(this.path, this.#parse), version };
    }
    return this.#last.inventory;
  }

  /**
   * The inventory as it is now; while the file cannot be read, because somebody is at work on it, what it said before.
   *
   * @throws as {@link read}, when it never could be read
   */
  async readOrLast(): Promise<Inventory> {
    return this.read().catch((error: unknown) => {
      if (this.#last === undefined) throw error;
      return this.#last.inventory;
    });
  }
}

async function readInventory<Inventory>(
  path: string,
  parse: (input: unknown) => Parsed<Inventory>,
): Promise<Inventory> {
  let document: unknown;
  try {
    document = load(await readFile(path, 'utf8'));
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new RolloutError('inventory-invalid', `the inventory ${path} cannot be read: ${reason}`, {
      cause: error,
    });
  }
  const parsed = parse(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n');
  throw new RolloutError('inventory-invalid', `the inventory ${path} is not valid:\n${problems}`);
}
