import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';

/** What a server sends in answer to a request, and how. */
export interface AnyAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Bytes;
  /** `cut`: the connection ends in the middle of the body. `short`: the body is shorter than its head says. */
  readonly delivery: 'whole' | 'chunked' | 'slow' | 'until-close' | 'cut' | 'short' | 'no-http';
}

/** Bytes that stand in a report of fast-check as the text that they mostly are, and not in full. */
export class Bytes {
  readonly buffer: Buffer;

  constructor(content: Buffer | string) {
    this.buffer = Buffer.from(content);
  }

  [fc.toStringMethod](): string {
    const { length } = this.buffer;
    const text = JSON.stringify(this.buffer.subarray(0, 1_000).toString('latin1'));
    return length > 1_000 ? `${text}… (${length} bytes)` : text;
  }
}

/** A server that has one answer to everything but `/readyz`, whose answer is that it is ready. */
export async function startAnyServer(): Promise<{ readonly url: string; answer: AnyAnswer | undefined }> {
  const server = http.createServer((request, response) => {
    request.resume();
    if (request.url?.startsWith('/readyz') || any.answer === undefined) return void response.end('ok');
    request.on('end', () => void send(request.socket, any.answer as AnyAnswer));
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const any = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: undefined as AnyAnswer | undefined,
  };
  return any;
}

/** Writes the bytes itself: no server of Node would send most of these. */
async function send(
  socket: Socket,
  { status, headers, body: { buffer }, delivery }: AnyAnswer,
): Promise<void> {
  if (delivery === 'no-http') return void socket.end(buffer);
  const length = {
    whole: `content-length: ${buffer.length}`,
    slow: `content-length: ${buffer.length}`,
    cut: `content-length: ${buffer.length}`,
    short: `content-length: ${buffer.length + 10}`,
    chunked: 'transfer-encoding: chunked',
    'until-close': 'x-length: none',
  }[delivery];
  socket.write(`${[`HTTP/1.1 ${status} Any`, ...headers, length, 'connection: close'].join('\r\n')}\r\n\r\n`);
  if (delivery === 'cut') {
    socket.write(buffer.subarray(0, Math.floor(buffer.length / 2)), () => socket.destroy());
  } else if (delivery === 'chunked') {
    if (buffer.length > 0)
      socket.write(
        Buffer.concat([Buffer.from(`${buffer.length.toString(16)}\r\n`), buffer, Buffer.from('\r\n')]),
      );
    socket.end('0\r\n\r\n');
  } else if (delivery === 'slow' && buffer.length < 10_000) {
    for (let at = 0; at < buffer.length; at += Math.ceil(buffer.length / 5)) {
      socket.write(buffer.subarray(at, at + Math.ceil(buffer.length / 5)));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    socket.end();
  } else {
    socket.end(buffer);
  }
}
