/** A complete response of an API server. For a watch, everything that was sent until the recording ended. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** True for a watch: nothing follows the body, and the response does not end. */
  readonly watch: boolean;
}

/** Responses by {@link requestKey}, in the order of the requests. */
export type Recording = ReadonlyMap<string, readonly Answer[]>;

/** Query parameters that differ between attempts without changing the request. */
const VOLATILE = ['timeout', 'timeoutSeconds', 'resourceVersion'];

/**
 * Returns the key that is equal for requests that are the same to the server: method, path, query and format of the
 * response.
 */
export function requestKey(method: string, url: string, accept = ''): string {
  const { pathname, searchParams } = new URL(url, 'https://server');
  for (const name of VOLATILE) searchParams.delete(name);
  searchParams.sort();
  return `${method} ${pathname}?${searchParams} ${accept}`;
}

/** Returns whether a request is answered with an endless stream. */
export function isWatch(url: string): boolean {
  const watch = new URL(url, 'https://server').searchParams.get('watch');
  return watch === 'true' || watch === '1';
}

/** Returns a recording as JSON text, for a file. */
export function writeRecording(recording: Recording): string {
  const plain = [...recording].map(([key, answers]) => [
    key,
    answers.map((answer) => ({ ...answer, body: answer.body.toString('base64') })),
  ]);
  return JSON.stringify(plain);
}

/** Returns the recording that {@link writeRecording} wrote. */
export function readRecording(text: string): Recording {
  const plain = JSON.parse(text) as [string, (Omit<Answer, 'body'> & { body: string })[]][];
  return new Map(
    plain.map(([key, answers]) => [
      key,
      answers.map((answer) => ({ ...answer, body: Buffer.from(answer.body, 'base64') })),
    ]),
  );
}
