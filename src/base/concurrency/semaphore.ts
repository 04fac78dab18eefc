import { abortable } from './abortable.js';

/**
 * Limits how many tasks run at a time. The others wait in the order of their arrival. An agent's own `maxSockets` is
 * not enough: Node does not count connections that are still being established through a proxy.
 */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs a task as soon as a slot is free.
   *
   * @throws the signal's reason when it aborts while the task waits; the task's own errors
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
