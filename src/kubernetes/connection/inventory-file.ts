import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import type { Parsed } from '../../rollout/problems/problems.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { fileVersion } from './file-version.js';

/**
 * The inventory file (YAML or JSON), which is read again when it has changed. It is separate from {@link Clusters},
 * so that the API server, which needs only names and labels, does not load the code that connects to clusters.
 */
export class InventoryFile<Inventory> {
  readonly path: string;
  readonly #parse: (input: unknown) => Parsed<Inventory>;
  #last: { readonly inventory: Inventory; readonly version: string } | undefined;

  /** @param parse returns what its user needs: everything, or names and labels */
  constructor(path: string, parse: (input: unknown) => Parsed<Inventory>) {
    this.path = path;
    this.#parse = parse;
  }

  /**
   * Returns the current inventory.
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
   * Returns the current inventory, or the previous one while the file cannot be read because somebody is editing it.
   *
   * @throws as {@link read}, if it was never readable
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
