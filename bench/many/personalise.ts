import type { Answer, Recording } from './recording.js';

/**
 * The texts that distinguish clusters in the responses of API servers; all clusters have the same keys and lengths.
 */
export type Identity = Readonly<Record<string, string>>;

/** A response with the positions of the recorded cluster's identity. */
interface Template {
  readonly answer: Answer;
  readonly places: readonly { readonly offset: number; readonly key: string }[];
}

/**
 * Responses for a cluster from the recording of another one. Names, UIDs and addresses are replaced by others of the
 * same length. This works in protobuf as in JSON, and costs one copy of the response.
 */
export class Templates {
  readonly #templates: ReadonlyMap<string, readonly Template[]>;
  readonly #recorded: Identity;

  /** @param recorded the identity of the recorded cluster in the recording */
  constructor(recording: Recording, recorded: Identity) {
    this.#recorded = recorded;
    this.#templates = new Map(
      [...recording].map(([key, answers]) => [
        key,
        answers.map((answer) => ({ answer, places: placesOf(answer.body, recorded) })),
      ]),
    );
  }

  /**
   * Returns the response to the n-th request (from 0) of a key. The last recorded response answers all further
   * requests.
   *
   * @returns undefined when no such request was recorded
   * @throws Error when a part of the identity differs in length from the recorded one
   */
  answer(key: string, n: number, identity: Identity): Answer | undefined {
    const templates = this.#templates.get(key);
    const template = templates?.[Math.min(n, templates.length - 1)];
    if (template === undefined) return undefined;
    const { answer, places } = template;
    if (places.length === 0) return answer;
    const body = Buffer.from(answer.body);
    for (const place of places) {
      const text = identity[place.key] ?? '';
      if (text.length !== this.#recorded[place.key]?.length) throw new Error(`"${text}" has another length`);
      body.write(text, place.offset, 'latin1');
    }
    return { ...answer, body };
  }
}

function placesOf(body: Buffer, identity: Identity): { offset: number; key: string }[] {
  return Object.entries(identity).flatMap(([key, text]) => {
    const places: { offset: number; key: string }[] = [];
    for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) {
      places.push({ offset: at, key });
    }
    return places;
  });
}
