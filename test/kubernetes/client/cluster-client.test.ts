import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, refuse, startStubApiServer } from '../support/stub-api-server.js';

const MIB = 1024 * 1024;

/** Bytes for as long as somebody takes them. */
function endless(): Readable {
  const chunk = Buffer.alloc(MIB, ' ');
  return new Readable({
    read() {
      this.push(chunk);
    },
  });
}

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace: 'default' } };

describe('connections', () => {
  test('200 parallel requests share at most six connections, and later ones need no new one', async () => {
    const server = await startStubApiServer(() => ({ ok: true }));
    const client = await clientOf(server.url);
    await Promise.all(Array.from({ length: 200 }, () => client.get('/api/v1/nodes')));
    const connections = server.connections.size;
    await client.get('/api/v1/nodes');
    expect(connections).toBeLessThanOrEqual(6);
    expect(server.connections.size).toBe(connections);
  });

  test('a dead API server is api-unavailable, which is transient, and names its address', async () => {
    const server = await startStubApiServer();
    await server.close();
    const error = await failureOf((await clientOf(server.url)).get('/version'));
    expect(error).toMatchObject({ code: 'api-unavailable', transient: true, cluster: 'eu-1' });
    expect(error.message).toBe(`${new URL(server.url).host} refuses connections (GET /version)`);
  });

  test('a connection that is cut in the middle of an answer is api-unavailable', async () => {
    const server = await startStubApiServer((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"items":[');
      response.socket?.destroy();
    });
    const error = await failureOf((await clientOf(server.url)).list('/api/v1/nodes'));
    expect(error).toMatchObject({
      code: 'api-unavailable',
      message: expect.stringContaining('cut the connection'),
    });
  });

  test('a chunked answer that is cut is not taken for a whole one', async () => {
    const server = await startStubApiServer((_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      response.write('{}');
      setImmediate(() => response.socket?.destroy());
    });
    const error = await failureOf((await clientOf(server.url)).get('/api/v1/nodes'));
    expect(error).toMatchObject({
      code: 'api-unavailable',
      message: expect.stringContaining('cut the connection'),
    });
  });

  test('an answer that never ends is given up after the timeout, body included', async () => {
    const server = await startStubApiServer((_, response) => {
      response.writeHead(200);
      response.write('{');
    });
    const client = await clientOf(server.url);
    const error = await failureOf(client.get('/api/v1/nodes', { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'api-unavailable' });
    expect(error.message).toContain('no complete response within 0.05 s (GET /api/v1/nodes)');
  });

  test('a request on an idle connection that the server closes at that moment is sent again', async () => {
    const server = await startStubApiServer(() => ({ ok: true }));
    const client = await clientOf(server.url);
    await client.get('/api/v1/nodes');
    let cut = 0;
    server.answer = (_, response) => (cut++ === 0 ? void response.socket?.destroy() : { ok: true });
    expect(await client.get('/api/v1/nodes')).toEqual({ ok: true });
  });

  test('when a server closes all its idle connections, the second try has a new one', async () => {
    const held: (() => void)[] = [];
    const server = await startStubApiServer((_, response) => void held.push(() => response.end('{}')));
    const client = await clientOf(server.url);
    const first = Array.from({ length: 6 }, () => client.get('/first'));
    await vi.waitFor(() => expect(held).toHaveLength(6));
    for (const end of held) end();
    await Promise.all(first);
    const idle = new Set(server.connections);
    server.answer = (_, response) =>
      response.socket && idle.has(response.socket) ? void response.socket.destroy() : { ok: true };
    expect(await client.get('/second')).toEqual({ ok: true });
  });

  test('a server that cuts every connection is told as that, however often it is tried', async () => {
    const server = await startStubApiServer(() => ({ ok: true }));
    const client = await clientOf(server.url);
    await Promise.all([client.get('/first'), client.get('/first')]);
    server.answer = (_, response) => void response.socket?.destroy();
    const errors = await Promise.all([1, 2, 3].map(() => failureOf(client.get('/second'))));
    for (const { message } of errors) expect(message).toContain('cut the connection');
  });

  test('a POST is never sent again by itself', async () => {
    const server = await startStubApiServer(() => ({ ok: true }));
    const client = await clientOf(server.url);
    await client.get('/api/v1/nodes');
    server.answer = (_, response) => void response.socket?.destroy();
    const error = await failureOf(client.create(CONFIG_MAP, { fieldManager: 'test' }));
    expect(error.code).toBe('api-unavailable');
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

test('requests that wait for a connection to a server that hangs are given up in the same time', async () => {
  const server = await startStubApiServer(() => undefined);
  const client = await clientOf(server.url);
  const start = Date.now();
  const errors = await Promise.all(
    Array.from({ length: 25 }, () => failureOf(client.get('/api/v1/nodes', { timeoutMs: 300 }))),
  );
  expect(Date.now() - start).toBeLessThan(3_000);
  expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  expect(errors[0]?.message).toContain('no complete response within 0.3 s');
  expect(server.requests.length).toBeLessThanOrEqual(10);
  server.answer = () => ({ ok: true });
  expect(await client.get('/api/v1/nodes')).toEqual({ ok: true });
});

describe('cancellation', () => {
  test('a request that waits for a connection is cancelled at once, and those behind it are not held up', async () => {
    const held: (() => void)[] = [];
    const server = await startStubApiServer((_, response) => void held.push(() => response.end('{}')));
    const client = await clientOf(server.url);
    const controller = new AbortController();
    const first = Array.from({ length: 6 }, () => client.get('/first'));
    const second = client.get('/second', { signal: controller.signal });
    const third = client.get('/third');
    await vi.waitFor(() => expect(server.requests).toHaveLength(6));
    controller.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    server.answer = () => ({ ok: true });
    for (const end of held) end();
    await Promise.all(first);
    expect(await third).toEqual({ ok: true });
    expect(server.requests.map(({ path }) => path)).not.toContain('/second');
  });

  test('aborting a request in flight rejects with the reason of the signal and closes its connection', async () => {
    let closed = false;
    const server = await startStubApiServer((_, response) => {
      response.socket?.on('close', () => {
        closed = true;
      });
    });
    const controller = new AbortController();
    const reading = (await clientOf(server.url)).get('/api/v1/nodes', { signal: controller.signal });
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    controller.abort(new Error('the rollout was aborted'));
    await expect(reading).rejects.toThrow('the rollout was aborted');
    await vi.waitFor(() => expect(closed).toBe(true));
  });

  test('with a signal that has aborted nothing is sent', async () => {
    const server = await startStubApiServer();
    const client = await clientOf(server.url);
    await expect(client.get('/', { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow(
      'too late',
    );
    expect(server.requests).toHaveLength(0);
  });

  test('many requests under one signal cause no warning of a leak', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const server = await startStubApiServer(() => ({}));
    const client = await clientOf(server.url);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 30 }, () => client.get('/', { signal })));
    await turn();
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('answers', () => {
  test.each([
    ['an HTML page with 200', 200, '<html><title>Sign in</title></html>', 'api-unavailable'],
    ['an HTML page with 302', 302, '<a href="https://login">Found</a>', 'api-unavailable'],
    ['a load balancer without backend', 503, '<h1>503 Service Unavailable</h1>', 'api-unavailable'],
    ['an empty 200', 200, '', 'api-unavailable'],
    ['plain 401', 401, 'Unauthorized', 'credentials-refused'],
    ['a proxy that forbids', 403, 'blocked by policy', 'permission-denied'],
    ['a plain 400', 400, 'Client sent an HTTP request to an HTTPS server.', 'api-unavailable'],
    ['an ingress without a route', 404, '<html>404 Not Found</html>', 'api-unavailable'],
    [
      'a proxy that wants a password',
      407,
      '<html>Proxy Authentication Required</html>',
      'cluster-not-usable',
    ],
    ['JSON that is no object', 200, 'null', 'api-unavailable'],
    ['a list where an object should be', 200, '[]', 'api-unavailable'],
  ])('%s is %s', async (_, status, body, code) => {
    const server = await startStubApiServer((_, response) => {
      response.writeHead(status);
      response.end(body);
    });
    const client = await clientOf(server.url, undefined, new Refusals(0));
    const error = await failureOf(client.request('GET', '/version'));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('<');
  });

  test('get gives undefined for what does not exist, request fails with the status', async () => {
    const server = await startStubApiServer((_, response) =>
      refuse(response, 404, { reason: 'NotFound', message: 'configmaps "x" not found' }),
    );
    const client = await clientOf(server.url);
    expect(await client.get('/api/v1/namespaces/default/configmaps/x')).toBeUndefined();
    expect(await failureOf(client.request('GET', '/x'))).toMatchObject({ status: 404, reason: 'NotFound' });
  });

  test.each([
    ['an API group that is not served', '404 page not found\n', undefined],
    ['a page of an ingress', '<html>404 Not Found</html>', 'answered 404 to GET /apis/x: 404 Not Found'],
    ['the JSON of a gateway', '{"message":"no Route matched"}', 'answered 404 to GET /apis/x: {"message'],
    ['nothing', '', 'answered 404 to GET /apis/x'],
  ])('a 404 of %s is an absence only where it is an API server that says so', async (_, body, words) => {
    const server = await startStubApiServer((_, response) => {
      response.writeHead(404);
      response.end(body);
    });
    const client = await clientOf(server.url);
    if (words === undefined) {
      expect(await client.get('/apis/x')).toBeUndefined();
      expect(await client.delete(CONFIG_MAP)).toBe(false);
      return;
    }
    expect(await failureOf(client.get('/apis/x'))).toMatchObject({
      code: 'api-unavailable',
      status: 404,
      message: expect.stringContaining(words),
    });
    expect((await failureOf(client.delete(CONFIG_MAP))).code).toBe('api-unavailable');
  });

  test.each([
    [
      'says so in its head',
      (response: ServerResponse) => void response.writeHead(200, { 'content-length': 33 * MIB }),
    ],
    ['does not say so', (response: ServerResponse) => void pipeline(endless(), response, () => {})],
  ])('one of more than 32 MiB is refused before it has come whole, when it %s', async (_, answer) => {
    const server = await startStubApiServer((_, response) => {
      answer(response);
      response.flushHeaders();
    });
    const error = await failureOf((await clientOf(server.url)).get('/api/v1/pods'));
    expect(error.code).toBe('api-unavailable');
    expect(error.message).toContain('gave a response of more than 32 MiB (GET /api/v1/pods)');
    await vi.waitFor(() => expect([...server.connections].every(({ destroyed }) => destroyed)).toBe(true));
  });

  test('delete tells whether there was something', async () => {
    const server = await startStubApiServer(({ path }, response) =>
      path.includes('gone') ? refuse(response, 404, { reason: 'NotFound' }) : { kind: 'Status' },
    );
    const client = await clientOf(server.url);
    const gone = { ...CONFIG_MAP, metadata: { name: 'gone', namespace: 'default' } };
    expect(await client.delete(CONFIG_MAP, { uid: 'u-1' })).toBe(true);
    expect(await client.delete(gone)).toBe(false);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ preconditions: { uid: 'u-1' } });
  });
});

describe('lists', () => {
  test('all pages of a huge list are read', async () => {
    const server = await startStubApiServer(({ path }) => {
      const at = Number(new URL(path, server.url).searchParams.get('continue') ?? 0);
      const items = Array.from({ length: 500 }, (_, i) => ({ index: at + i }));
      return { metadata: at + 500 < 20_000 ? { continue: String(at + 500) } : {}, items };
    });
    const items = await (await clientOf(server.url)).list<{ index: number }>('/api/v1/pods');
    expect(items).toHaveLength(20_000);
    expect(items.at(-1)).toEqual({ index: 19_999 });
  });

  test('pages that have expired on the way are read again as one', async () => {
    const [one, two] = [{ index: 1 }, { index: 2 }];
    const server = await startStubApiServer(({ path }, response) => {
      const query = new URL(path, server.url).searchParams;
      if (query.has('continue')) return refuse(response, 410, { reason: 'Expired' });
      return query.has('limit') ? { metadata: { continue: 'next' }, items: [one] } : { items: [one, two] };
    });
    expect(await (await clientOf(server.url)).list('/api/v1/pods')).toEqual([one, two]);
  });

  test('the caller may ask for smaller pages', async () => {
    const server = await startStubApiServer(() => ({ items: [] }));
    await (await clientOf(server.url)).list('/api/v1/nodes', { pageSize: 100 });
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/v1/nodes?limit=100']);
  });

  test.each([
    ['no items but a text', { items: 'none' }],
    ['items that are no objects', { items: [{ metadata: {} }, null] }],
    ['the same page for ever', { items: [], metadata: { continue: 'next' } }],
  ])('an answer with %s comes from no API server', async (_, answer) => {
    const server = await startStubApiServer(() => answer);
    const error = await failureOf((await clientOf(server.url)).list('/api/v1/pods'));
    expect(error).toMatchObject({ code: 'api-unavailable', cluster: 'eu-1' });
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  test('pages without end are given up', async () => {
    let page = 0;
    const server = await startStubApiServer(() => ({ items: [], metadata: { continue: String(page++) } }));
    const error = await failureOf((await clientOf(server.url)).list('/api/v1/pods'));
    expect(error.message).toContain('pages without end');
    expect(page).toBe(1_000);
  });

  test('a list without items is empty', async () => {
    const server = await startStubApiServer(() => ({ items: null }));
    expect(await (await clientOf(server.url)).list('/api/v1/pods')).toEqual([]);
  });
});

describe('apply', () => {
  test('a previous object saves the request that reads it', async () => {
    const server = await startStubApiServer(() => ({
      ...CONFIG_MAP,
      metadata: { name: 'one', resourceVersion: '7' },
    }));
    const client = await clientOf(server.url);
    const previous = { ...CONFIG_MAP, metadata: { name: 'one', resourceVersion: '7' } };
    expect(await client.apply(CONFIG_MAP, { fieldManager: 'test', previous })).toMatchObject({
      changed: false,
    });
    expect(server.requests.map(({ method }) => method)).toEqual(['PATCH']);
  });

  test('an object that somebody created meanwhile counts as changed', async () => {
    const server = await startStubApiServer(() => CONFIG_MAP);
    const client = await clientOf(server.url);
    expect(await client.apply(CONFIG_MAP, { fieldManager: 'test', previous: null })).toMatchObject({
      changed: true,
    });
  });

  test('text that was made ahead is sent as it is', async () => {
    const server = await startStubApiServer(() => CONFIG_MAP);
    const json = JSON.stringify({ ...CONFIG_MAP, data: { 'x-kubernetes-list-type': 'kept' } });
    const { apiVersion, kind } = CONFIG_MAP;
    const serialised = { apiVersion, kind, namespace: 'default', name: 'one', json };
    await (await clientOf(server.url)).apply(serialised, {
      fieldManager: 'a manager',
      previous: null,
      force: true,
    });
    expect(server.requests[0]).toMatchObject({
      body: json,
      path: '/api/v1/namespaces/default/configmaps/one?fieldManager=a+manager&force=true',
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  });
});
