import { Trigger } from '@temporalio/workflow';

/** Runs work in the order of its requests, with a limit on concurrency. */
export class Turns {
  readonly #atOnce: number;
  readonly #waiting: Trigger<void>[] = [];
  #working = 0;

  /** @param atOnce how much work runs at the same time at most */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Returns whether no work is running or waiting. */
  get isIdle(): boolean {
    return this.#working === 0;
  }

  /** Runs the work when it is its turn, and returns its result. */
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
