import { abortable } from './abortable.js';

/**
 * Limits how many tasks run at a time. The others wait in the order in which they came. An agent's own `maxSockets`
 * does not do: Node does not count connections that are still being made through a proxy.
 */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs a task as soon as one of the places is free.
   *
   * @throws the signal's reason when it aborts while the task waits; what the task throws
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const entered = this.#enter();
    try {
      await abortable(entered, signal);
    } catch (error) {
      void entered.then(() => this.#leave());
      throw error;
    }
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
