import { condition } from '@temporalio/workflow';

export type Decision = 'retry' | 'skip';

/** The key of the rollout as a whole among what is held; no cluster can have this name. */
export const ROLLOUT = '';

interface Hold {
  /** It waits because of a finding. */
  readonly byFinding: boolean;
  decision?: Decision;
}

/** What waits in the rollout's own workflow for a person: clusters by name, or {@link ROLLOUT}. */
export class Holds {
  readonly #held = new Map<string, Hold>();

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** Waits until a person has decided about `key`. */
  async decision(key: string, byFinding: boolean): Promise<Decision> {
    const hold: Hold = { byFinding };
    this.#held.set(key, hold);
    try {
      await condition(() => hold.decision !== undefined);
      return hold.decision ?? 'retry';
    } finally {
      this.#held.delete(key);
    }
  }

  /** Nothing happens when `key` does not wait. */
  decide(key: string, decision: Decision): void {
    const hold = this.#held.get(key);
    if (hold) hold.decision = decision;
  }

  /** Lets everything look again that waits because of a finding, and about which nobody has decided. */
  lookAgain(): void {
    for (const hold of this.#held.values()) {
      if (hold.byFinding) hold.decision ??= 'retry';
    }
  }
}
