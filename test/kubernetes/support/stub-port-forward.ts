import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The server's end of a port-forward: WebSocket frames of the subprotocol v4.channel.k8s.io. */
export interface ForwardedPort {
  /** What the client sent to the port so far. */
  received: string;
  /** Sends bytes as the port would. */
  answer(text: string): void;
  /** Says on the error channel why the port cannot be reached. */
  complain(text: string): void;
  /** Closes the WebSocket in good order. */
  close(): void;
  /** Cuts the connection. */
  destroy(): void;
}

export interface StubPortForward {
  readonly url: string;
  /** The paths of the upgrades. */
  readonly paths: string[];
  /** Their `Authorization` headers. */
  readonly authorizations: (string | undefined)[];
  readonly open: Set<Socket>;
}

/**
 * A server that takes port-forwards and calls `onData` whenever the client has sent something; or that refuses them
 * with a status.
 */
export async function startStubPortForward(
  behaviour: { onData: (port: ForwardedPort) => void } | { status: number } | 'silent',
): Promise<StubPortForward> {
  const server = http.createServer();
  const stub: StubPortForward & { url: string } = { url: '', paths: [], authorizations: [], open: new Set() };
  server.on('upgrade', (request, socket: Socket) => {
    stub.paths.push(request.url ?? '');
    stub.authorizations.push(request.headers.authorization);
    stub.open.add(socket);
    socket.on('close', () => stub.open.delete(socket));
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.resume();
    if (behaviour === 'silent') return;
    if ('status' in behaviour) {
      socket.end(`HTTP/1.1 ${behaviour.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    accept(request, socket, behaviour.onData);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of stub.open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return stub;
}

const DATA = 0;
const ERROR = 1;

function accept(request: http.IncomingMessage, socket: Socket, onData: (port: ForwardedPort) => void): void {
  // RFC 6455, section 4.2.2.
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const proof = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n`,
  );
  const send = (channel: number, data: Buffer) =>
    socket.write(frame(2, Buffer.concat([Buffer.from([channel]), data])));
  const port: ForwardedPort = {
    received: '',
    answer: (text) => send(DATA, Buffer.from(text)),
    complain: (text) => send(ERROR, Buffer.from(text)),
    close: () => socket.end(frame(8, Buffer.alloc(0))),
    destroy: () => socket.destroy(),
  };
  // Each channel begins with the number of its port.
  send(DATA, Buffer.from([0x90, 0x1f]));
  send(ERROR, Buffer.from([0x90, 0x1f]));
  socket.on('data', (chunk: Buffer) => {
    if (chunk[0] === 0x88) return port.close();
    const text = payload(chunk);
    if (text === undefined) return;
    port.received += text;
    onData(port);
  });
}

function frame(opcode: number, data: Buffer): Buffer {
  const length =
    data.length < 126
      ? [data.length]
      : data.length < 65_536
        ? [126, data.length >> 8, data.length & 255]
        : undefined;
  if (length === undefined) throw new Error('the stub sends no frame as long as that');
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length]), data]);
}

/** The data of a client's binary frame, which is masked, without its channel. Clients send small ones, one at a time. */
function payload(chunk: Buffer): string | undefined {
  if ((chunk[0] ?? 0) !== 0x82) return undefined;
  const short = (chunk[1] ?? 0) & 127;
  const start = short === 126 ? 4 : 2;
  const mask = chunk.subarray(start, start + 4);
  const data = Buffer.from(chunk.subarray(start + 4).map((byte, i) => byte ^ (mask[i % 4] ?? 0)));
  return data.subarray(1).toString('utf8');
}
