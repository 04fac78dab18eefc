/**
 * A promise that somebody else resolves. Unlike Temporal's Trigger it is not rejected when the scope in which it was made
 * is cancelled: what an abort waits for needs that.
 */
export class Deferred implements PromiseLike<void> {
  readonly #promise: Promise<void>;
  resolve: () => void = () => {};

  constructor() {
    this.#promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise for whoever awaits it.
  get then(): Promise<void>['then'] {
    return this.#promise.then.bind(this.#promise);
  }
}
