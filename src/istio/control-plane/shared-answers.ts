import { abortable } from '../../base/concurrency/abortable.js';

/** How old an answer may be, unless said otherwise: it bounds what many remotes that wait ask of the primary. */
const FRESH_MS = 500;

interface Answer {
  readonly value: Promise<unknown>;
  askedAt: number;
}

/**
 * Answers that many callers want at the same time: one question under way per key, and its answer good for half a second
 * after it was asked. Fifty remotes that wait for three istiods ask them six times a second together, not six hundred
 * times. Failures are not kept.
 */
export class SharedAnswers {
  readonly #byOwner = new WeakMap<object, Map<string, Answer>>();
  readonly #freshMs: number;

  /** @param freshMs how old an answer may be, in milliseconds after it was asked for */
  constructor(freshMs = FRESH_MS) {
    this.#freshMs = freshMs;
  }

  /**
   * @param owner whom the question is for; its answers go with it
   * @param question runs without the caller's signal, because others wait for it too; it must end by itself
   * @throws the signal's reason when it aborts, while the question goes on
   */
  ask<T>(owner: object, key: string, question: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const answers = this.#byOwner.get(owner) ?? new Map<string, Answer>();
    this.#byOwner.set(owner, answers);
    const known = answers.get(key);
    if (known !== undefined && Date.now() - known.askedAt < this.#freshMs)
      return abortable(known.value as Promise<T>, signal);
    const value = question();
    const answer: Answer = { value, askedAt: Number.POSITIVE_INFINITY };
    answers.set(key, answer);
    const forget = () => {
      if (answers.get(key) === answer) answers.delete(key);
    };
    const askedAt = Date.now();
    value.then(() => {
      answer.askedAt = askedAt;
      setTimeout(forget, this.#freshMs).unref();
    }, forget);
    return abortable(value, signal);
  }
}
