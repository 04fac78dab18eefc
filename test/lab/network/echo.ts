import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server that sends back what it gets. */
export async function echoServer(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Asks a proxy on a unix socket for a connection; rejects when it hangs up without an answer. */
export async function connectThrough(
  socketPath: string,
  authority: string,
): Promise<{ status: number; socket: Socket }> {
  const asked = request({ socketPath, method: 'CONNECT', path: authority });
  return new Promise((resolve, reject) => {
    asked.once('connect', (response, socket: Socket) => {
      socket.on('error', () => {});
      resolve({ status: response.statusCode ?? 0, socket });
    });
    asked.once('error', reject).end();
  });
}

/** Sends a text and gives the first answer and the milliseconds it took. */
export async function roundTrip(
  socket: Socket,
  text: string,
): Promise<{ answer: string; milliseconds: number }> {
  const started = performance.now();
  socket.write(text);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return { answer: data.toString(), milliseconds: performance.now() - started };
}
