import { condition } from '@temporalio/workflow';

export type Decision = 'retry' | 'skip';

/** The key of the rollout as a whole among what is held; no cluster can have this name. */
export const ROLLOUT = '';

/** What waits in the rollout's own workflow for a person: clusters by name, or {@link ROLLOUT}. */
export class Holds {
  readonly #held = new Map<string, Decision | undefined>();

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** Waits until a person has decided about `key`. */
  async decision(key: string): Promise<Decision> {
    this.#held.set(key, undefined);
    try {
      await condition(() => this.#held.get(key) !== undefined);
      return this.#held.get(key) ?? 'retry';
    } finally {
      this.#held.delete(key);
    }
  }

  /** Nothing happens when `key` does not wait. */
  decide(key: string, decision: Decision): void {
    if (this.#held.has(key)) this.#held.set(key, decision);
  }

  /** Lets everything that waits look again. */
  retryAll(): void {
    for (const key of this.#held.keys()) this.#held.set(key, 'retry');
  }
}
