/**
 * A promise that is resolved from outside. Unlike Temporal's Trigger, it is not rejected when the scope in which it
 * was created is cancelled. An abort needs that for what it waits for.
 */
export class Deferred implements PromiseLike<void> {
  readonly #promise: Promise<void>;
  resolve: () => void = () => {};

  constructor() {
    this.#promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  // biome-ignore lint/suspicious/noThenProperty: callers await it like a promise.
  get then(): Promise<void>['then'] {
    return this.#promise.then.bind(this.#promise);
  }
}
