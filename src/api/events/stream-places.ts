import { ApiError } from '../api-codes.js';

/** Event streams of one token at the same time. Each may keep megabytes for a reader who does not read. */
const MOST = 100;

/** Counts the event streams that each token has open. */
export class StreamPlaces {
  readonly #open = new Map<string, number>();

  /**
   * Takes a place for one more stream.
   * @param actor the name of the token
   * @returns a function that returns the place; call it once
   * @throws ApiError `streams-busy`
   */
  take(actor: string): () => void {
    const open = this.#open.get(actor) ?? 0;
    if (open >= MOST) throw new ApiError('streams-busy', `The token ${actor} has ${open} event streams.`);
    this.#open.set(actor, open + 1);
    return () => {
      const left = (this.#open.get(actor) ?? 1) - 1;
      if (left === 0) this.#open.delete(actor);
      else this.#open.set(actor, left);
    };
  }
}
