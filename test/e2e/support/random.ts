/** Random numbers that a seed determines (mulberry32): the same seed always returns the same numbers. */
export class Random {
  #state: number;

  /** @param seed an integer; seeds that follow each other lead to numbers that do not resemble each other */
  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1);
  }

  /** Returns an integer from `from` up to and including `to`. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  /** Returns one of the values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.integer(0, values.length - 1)] as T;
  }

  /** From 0 up to but not including 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
