import { nobodyTookIt } from './attention.js';

/**
 * An activity could not even start in less time. Then the deadline counts as passed, and the next failure parks the
 * cluster.
 */
const LEAST_MS = 1_000;

/**
 * The time that work may take: `progressDeadline`. Only time in which workers work on it counts, not time in which
 * the rollout is paused, waits for a person, or has no worker.
 */
export class Budget {
  readonly #wholeMs: number;
  #leftMs: number;

  /** @param milliseconds the whole budget */
  constructor(milliseconds: number) {
    this.#wholeMs = milliseconds;
    this.#leftMs = milliseconds;
  }

  /** Restores the whole budget, because a person has decided to retry. */
  renew(): void {
    this.#leftMs = this.#wholeMs;
  }

  /**
   * Calls an activity with the remaining time as its deadline, and repeats the call while no worker takes it.
   *
   * @param call receives the deadline for all attempts, in milliseconds
   * @throws the failure of the activity
   */
  async spend<Result>(call: (deadlineMs: number) => Promise<Result>): Promise<Result> {
    for (;;) {
      const startedAt = Date.now();
      try {
        const result = await call(Math.max(this.#leftMs, LEAST_MS));
        this.#leftMs -= Date.now() - startedAt;
        return result;
      } catch (error) {
        if (!nobodyTookIt(error)) {
          this.#leftMs -= Date.now() - startedAt;
          throw error;
        }
      }
    }
  }
}
