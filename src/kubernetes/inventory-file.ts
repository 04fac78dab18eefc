import { readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { type Inventory, parseInventory } from '../rollout/inventory.js';
import { RolloutError } from '../rollout/rollout-error.js';
import { fileVersion } from './file-version.js';

/**
 * The inventory as a file (YAML or JSON), read again when it has changed. It stands apart from {@link Clusters}, so that
 * the API server, which needs names and labels only, does not load what it takes to reach clusters.
 */
export class InventoryFile {
  readonly path: string;
  #last: { readonly inventory: Inventory; readonly version: string } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The inventory as it is now.
   *
   * @throws RolloutError `inventory-invalid` with every problem, when the file cannot be read or is not valid
   */
  async read(): Promise<Inventory> {
    const version = fileVersion(this.path);
    if (this.#last?.version !== version) {
      this.#last = { inventory: await readInventory(this.path), version };
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

async function readInventory(path: string): Promise<Inventory> {
  let document: unknown;
  try {
    document = load(await readFile(path, 'utf8'));
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new RolloutError('inventory-invalid', `the inventory ${path} cannot be read: ${reason}`, {
      cause: error,
    });
  }
  const parsed = parseInventory(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n');
  throw new RolloutError('inventory-invalid', `the inventory ${path} is not valid:\n${problems}`);
}
