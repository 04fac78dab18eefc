import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectProxy } from '../../../lab/network/connect-proxy.js';
import { Route } from '../../../lab/network/route.js';
import { connectThrough, echoServer, roundTrip } from './echo.js';

describe('a route, through the proxy that an API server or istiod uses', () => {
  let folder: string;
  let socketPath: string;
  let proxy: ConnectProxy;
  let echo: { server: Server; port: number };
  let route: Route;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'route-'));
    socketPath = join(folder, 'proxy.sock');
    echo = await echoServer();
    route = new Route('remote-1', 'istiod');
    proxy = await ConnectProxy.listen(socketPath, (host, port) =>
      host === '10.1.0.5' ? { route, port: port === 15017 ? echo.port : 1 } : undefined,
    );
  });

  afterEach(async () => {
    await proxy.close();
    echo.server.close();
    await rm(folder, { recursive: true });
  });

  it('joins a Pod address to a local process', async () => {
    const { status, socket } = await connectThrough(socketPath, '10.1.0.5:15017');
    expect(status).toBe(200);
    expect((await roundTrip(socket, 'hello')).answer).toBe('hello');
    expect(route.connections).toBe(1);
    socket.end();
    await once(socket, 'close');
    await expect.poll(() => route.connections).toBe(0);
  });

  it('answers 502 for an address that nobody has and for a process that is gone', async () => {
    expect((await connectThrough(socketPath, '10.9.9.9:15017')).status).toBe(502);
    expect((await connectThrough(socketPath, '10.1.0.5:15012')).status).toBe(502);
  });

  it('loses its connections and hangs up on new ones when it is cut, until it is restored', async () => {
    const { socket } = await connectThrough(socketPath, '10.1.0.5:15017');
    const lost = once(socket, 'close');
    route.cut();
    await lost;
    expect(route.state).toBe('cut');
    expect(route.connections).toBe(0);
    await expect(connectThrough(socketPath, '10.1.0.5:15017')).rejects.toThrow('socket hang up');
    route.restore();
    expect((await connectThrough(socketPath, '10.1.0.5:15017')).status).toBe(200);
  });

  it('adds its latency in both directions, to living connections too, and keeps the order', async () => {
    const { socket } = await connectThrough(socketPath, '10.1.0.5:15017');
    route.slow(100);
    expect((await roundTrip(socket, 'slow')).milliseconds).toBeGreaterThanOrEqual(190);
    const chunks: string[] = [];
    socket.on('data', (chunk) => chunks.push(String(chunk)));
    for (const word of ['one ', 'two ', 'three']) socket.write(word);
    await expect.poll(() => chunks.join('')).toBe('one two three');
    route.restore();
    expect(route).toMatchObject({ state: 'open', latencyMilliseconds: 0 });
  });

  it('delivers what is on its way when one side ends while it is slow', async () => {
    const { socket } = await connectThrough(socketPath, '10.1.0.5:15017');
    route.slow(50);
    const chunks: string[] = [];
    socket.on('data', (chunk) => chunks.push(String(chunk)));
    socket.end('last words');
    await once(socket, 'end');
    expect(chunks.join('')).toBe('last words');
  });
});
