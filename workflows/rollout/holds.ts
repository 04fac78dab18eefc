import { Trigger } from '@temporalio/workflow';

export type Decision = 'retry' | 'skip';

/** The key for holding the whole rollout; no cluster can have this name. */
export const ROLLOUT = '';

interface Hold {
  /** True when it waits because of a finding. */
  readonly byFinding: boolean;
  readonly decided: Trigger<Decision>;
}

/** What waits for a person in the rollout's own workflow: clusters by name, or {@link ROLLOUT}. */
export class Holds {
  readonly #held = new Map<string, Hold>();

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** Waits until a person decides about `key`, and returns the decision. */
  async decision(key: string, byFinding: boolean): Promise<Decision> {
    const hold: Hold = { byFinding, decided: new Trigger() };
    this.#held.set(key, hold);
    return await hold.decided;
  }

  /** Lets `key` continue. Does nothing when it does not wait. */
  decide(key: string, decision: Decision): void {
    this.#held.get(key)?.decided.resolve(decision);
    this.#held.delete(key);
  }

  /** Re-evaluates everything that waits because of a finding, in some clusters or in all. */
  lookAgain(clusters: readonly string[] | undefined): void {
    const isMeant = (key: string) => clusters === undefined || key === ROLLOUT || clusters.includes(key);
    for (const [key, { byFinding }] of [...this.#held]) {
      if (byFinding && isMeant(key)) this.decide(key, 'retry');
    }
  }
}
