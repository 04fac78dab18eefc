import type { IncomingMessage } from 'node:http';

/** A complete response: status line and body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * No API server sends larger responses: a page of 500 Pods has 10 MiB. Parsing one of this size blocks the worker for
 * some tenths of a second.
 */
const MAX_BYTES = 32 * 1024 * 1024;

/** Thrown for a response that is larger than any expected one. */
export class AnswerTooLarge extends Error {
  constructor() {
    super(`a response of more than ${MAX_BYTES / 1024 / 1024} MiB`);
    this.name = 'AnswerTooLarge';
  }
}

/**
 * Reads a response to its last byte, whatever its status. Reading stops as soon as the head or the body shows that
 * the response is too large; the caller closes the connection.
 *
 * @throws AnswerTooLarge; the error of the connection
 */
export function readAnswer(incoming: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    incoming.on('error', reject);
    if (Number(incoming.headers['content-length']) > MAX_BYTES) return reject(new AnswerTooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) reject(new AnswerTooLarge());
      else chunks.push(chunk);
    });
    incoming.on('end', () =>
      resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
    );
  });
}
