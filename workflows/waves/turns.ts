import { Trigger } from '@temporalio/workflow';

/** Work that is done in the order in which it is wanted, and not too much of it at the same time. */
export class Turns {
  readonly #atOnce: number;
  readonly #waiting: Trigger<void>[] = [];
  #working = 0;

  /** @param atOnce how much is done at the same time at most */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Whether nothing is being done, and nothing waits. */
  get isIdle(): boolean {
    return this.#working === 0;
  }

  /** Does the work when it is its turn, and returns what it returns. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#working < this.#atOnce) this.#working += 1;
    else {
      const turn = new Trigger<void>();
      this.#waiting.push(turn);
      await turn;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.resolve();
      else this.#working -= 1;
    }
  }
}
