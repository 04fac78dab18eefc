import { expect, test, vi } from 'vitest';
import { failureOf } from '../support/failure-of.js';
import { clientOf } from '../support/stub-api-server.js';
import { type ForwardedPort, startStubPortForward } from '../support/stub-port-forward.js';

const whole = ({ received }: ForwardedPort) => received.endsWith('\r\n\r\n');

async function get(url: string, options: object = {}) {
  return (await clientOf(url)).getThroughPortForward(
    'istio-system',
    'istiod-1',
    8080,
    '/debug/clusterz?x=1',
    options,
  );
}

test('a GET goes to the port of the Pod and comes back with status and body, in however many pieces', async () => {
  let asked = '';
  const server = await startStubPortForward({
    onData: (port) => {
      if (!whole(port)) return;
      asked = port.received;
      for (const piece of [
        'HTTP/1.1 20',
        '0 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
        '3\r\n[1,\r\n',
        '2\r\n2]\r\n0\r\n\r\n',
      ]) {
        port.answer(piece);
      }
    },
  });
  expect(await get(server.url, { headers: { accept: 'application/json' } })).toEqual({
    status: 200,
    body: '[1,2]',
  });
  expect(server.paths).toEqual(['/api/v1/namespaces/istio-system/pods/istiod-1/portforward?ports=8080']);
  expect(asked).toMatch(/^GET \/debug\/clusterz\?x=1 HTTP\/1\.1\r\n/);
  expect(asked.toLowerCase()).toContain('host: localhost:8080\r\n');
  expect(asked).toContain('accept: application/json');
  await vi.waitFor(() => expect(server.open.size).toBe(0));
});

test('an answer that ends with its connection is whole', async () => {
  const server = await startStubPortForward({
    onData: (port) => {
      if (!whole(port)) return;
      port.answer('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nready');
      port.close();
    },
  });
  expect(await get(server.url)).toEqual({ status: 200, body: 'ready' });
});

test("the Pod's own refusal is an answer", async () => {
  const server = await startStubPortForward({
    onData: (port) => whole(port) && port.answer('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'),
  });
  expect(await get(server.url)).toEqual({ status: 401, body: 'no' });
});

test('a port that nothing listens on is told in the words of the kubelet', async () => {
  const server = await startStubPortForward({
    onData: (port) => {
      port.complain(
        'error forwarding port 8080 to pod istiod-1: dial tcp4 127.0.0.1:8080: connect: connection refused',
      );
      port.close();
    },
  });
  const error = await failureOf(get(server.url));
  expect(error).toMatchObject({ code: 'api-unavailable', cluster: 'eu-1' });
  expect(error.message).toBe(
    'port-forward to istio-system/istiod-1:8080 failed: error forwarding port 8080 to pod istiod-1: dial tcp4 127.0.0.1:8080: connect: connection refused',
  );
});

test.each([
  ['closed without an answer', (port: ForwardedPort) => port.close()],
  ['cut without an answer', (port: ForwardedPort) => port.destroy()],
  [
    'cut in the middle of an answer',
    (port: ForwardedPort) => {
      port.answer('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
      port.destroy();
    },
  ],
  ['used for something that is not HTTP', (port: ForwardedPort) => port.answer('SSH-2.0-OpenSSH_9.6\r\n')],
])('a connection that is %s is api-unavailable', async (_, act) => {
  const server = await startStubPortForward({ onData: (port) => whole(port) && act(port) });
  expect((await failureOf(get(server.url))).code).toBe('api-unavailable');
  await vi.waitFor(() => expect(server.open.size).toBe(0));
});

test.each([
  [
    403,
    'permission-denied',
    'the credentials may not get and create pods/portforward in namespace istio-system',
  ],
  [404, 'api-unavailable', 'Pod istio-system/istiod-1 does not exist any more'],
  [401, 'api-unavailable', 'answered 401'],
  [407, 'cluster-not-usable', 'a proxy answered 407'],
  [500, 'api-unavailable', 'answered 500'],
  [502, 'api-unavailable', 'answered 502'],
])('an upgrade that is refused with %i is %s', async (status, code, words) => {
  const server = await startStubPortForward({ status });
  const error = await failureOf(get(server.url));
  expect(error).toMatchObject({ code, status });
  expect(error.message).toContain(words);
});

test.each([
  ['that is never accepted', 'silent' as const],
  ['that never answers', { onData: () => {} }],
])('a connection %s is given up after the timeout, and closed', async (_, behaviour) => {
  const server = await startStubPortForward(behaviour);
  const error = await failureOf(get(server.url, { timeoutMs: 200 }));
  expect(error).toMatchObject({ code: 'api-unavailable' });
  expect(error.message).toContain('returned no complete response within 0.2 s');
  expect(server.paths).toHaveLength(1);
  await vi.waitFor(() => expect(server.open.size).toBe(0));
});

test.each([
  ['that is never accepted', 'silent' as const],
  ['that never answers', { onData: () => {} }],
])('cancelling ends a connection %s at once, with the reason of the signal', async (_, behaviour) => {
  const server = await startStubPortForward(behaviour);
  const controller = new AbortController();
  const getting = get(server.url, { signal: controller.signal });
  await vi.waitFor(() => expect(server.open.size).toBe(1));
  controller.abort(new Error('cancelled'));
  await expect(getting).rejects.toThrow('cancelled');
  await vi.waitFor(() => expect(server.open.size).toBe(0));
});
