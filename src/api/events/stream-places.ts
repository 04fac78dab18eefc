import { ApiError } from '../api-codes.js';

/** The limit of concurrent event streams per token. Each may buffer megabytes for a slow reader. */
const MOST = 100;

/** Counts the open event streams of each token. */
export class StreamPlaces {
  readonly #open = new Map<string, number>();

  /**
   * Reserves a place for one more stream.
   * @param actor the name of the token
   * @returns a function that releases the place; call it once
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
