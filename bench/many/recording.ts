/** One answer of an API server, whole: of a watch, everything that it had sent when the recording ended. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** A watch: after the body nothing more comes, and the answer does not end. */
  readonly watch: boolean;
}

/** Answers by {@link requestKey}, in the order in which the requests came. */
export type Recording = ReadonlyMap<string, readonly Answer[]>;

/** What differs from try to try without asking for anything else. */
const VOLATILE = ['timeout', 'timeoutSeconds', 'resourceVersion'];

/** What makes a request the same as another one, seen by the server: method, path, query and the form of the answer. */
export function requestKey(method: string, url: string, accept = ''): string {
  const { pathname, searchParams } = new URL(url, 'https://server');
  for (const name of VOLATILE) searchParams.delete(name);
  searchParams.sort();
  return `${method} ${pathname}?${searchParams} ${accept}`;
}

/** Whether a request is answered by a stream without end. */
export function isWatch(url: string): boolean {
  const watch = new URL(url, 'https://server').searchParams.get('watch');
  return watch === 'true' || watch === '1';
}

/** A recording as JSON text, for a file. */
export function writeRecording(recording: Recording): string {
  const plain = [...recording].map(([key, answers]) => [
    key,
    answers.map((answer) => ({ ...answer, body: answer.body.toString('base64') })),
  ]);
  return JSON.stringify(plain);
}

/** The recording that {@link writeRecording} has written. */
export function readRecording(text: string): Recording {
  const plain = JSON.parse(text) as [string, (Omit<Answer, 'body'> & { body: string })[]][];
  return new Map(
    plain.map(([key, answers]) => [
      key,
      answers.map((answer) => ({ ...answer, body: Buffer.from(answer.body, 'base64') })),
    ]),
  );
}
