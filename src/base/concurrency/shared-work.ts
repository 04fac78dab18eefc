import { abortable } from './abortable.js';

interface Entry<T> {
  readonly result: Promise<T>;
  readonly abort: AbortController;
  waiting: number;
  done: boolean;
}

/**
 * Does equal work once and keeps its results, the most recently used ones. Callers that ask at the same time share the
 * work under way; it is aborted when the last of them is. Failures are not kept.
 */
export class SharedWork<T> {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry<T>>();

  /** @param limit how many results are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Returns the result of the work with a key, which `start` does where it is not known yet.
   *
   * @throws what the work throws; the signal's reason when it aborts
   */
  async get(key: string, start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const entry = this.#entries.get(key) ?? this.#start(key, start);
    // The most recently used one is the last to be dropped.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.waiting++;
    try {
      return await abortable(entry.result, signal);
    } finally {
      entry.waiting--;
      if (entry.waiting === 0 && !entry.done) {
        this.#entries.delete(key);
        entry.abort.abort();
      }
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const abort = new AbortController();
    const result = start(abort.signal);
    const entry: Entry<T> = { result, abort, waiting: 0, done: false };
    result.then(
      () => {
        entry.done = true;
      },
      () => {
        entry.done = true;
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= this.#limit && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
  }
}
