import type { IncomingMessage } from 'node:http';

/** An answer, whole: status line and body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Larger answers are not an API server's: a page of 500 Pods has 10 MiB. To parse one of this size keeps the worker from
 * everything else for some tenths of a second.
 */
const MAX_BYTES = 32 * 1024 * 1024;

/** Thrown for an answer that is larger than anything that is asked for. */
export class AnswerTooLarge extends Error {
  constructor() {
    super(`an answer of more than ${MAX_BYTES / 1024 / 1024} MiB`);
    this.name = 'AnswerTooLarge';
  }
}

/**
 * Reads an answer to its last byte, whatever its status. One that is too large is given up as soon as that is known, from
 * its head or on the way; the caller closes its connection.
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
