import { nobodyTookIt } from './attention.js';

/** Below this an activity could not even start; the deadline has passed then, and the next failure parks the cluster. */
const LEAST_MS = 1_000;

/**
 * The time that work may take: `progressDeadline`. Only time in which workers were at it counts: what passes while a
 * rollout is paused, waits for a person, or has no worker at all is not spent.
 */
export class Budget {
  readonly #wholeMs: number;
  #leftMs: number;

  /** @param milliseconds of the whole budget */
  constructor(milliseconds: number) {
    this.#wholeMs = milliseconds;
    this.#leftMs = milliseconds;
  }

  /** Starts the whole time again, because a person has decided to try again. */
  renew(): void {
    this.#leftMs = this.#wholeMs;
  }

  /**
   * Calls an activity with what is left as its deadline, and again while no worker takes it.
   *
   * @param call gets the deadline for all attempts, in milliseconds
   * @throws what the activity fails with
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
