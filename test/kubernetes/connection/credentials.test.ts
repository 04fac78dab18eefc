import { generateKeyPairSync } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { Credentials } from '../../../src/kubernetes/connection/credentials.js';
import { ExecPlugin } from '../../../src/kubernetes/connection/exec-plugin.js';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';
import { createAuthority } from '../../support/certificates.js';
import { failureOf } from '../support/failure-of.js';
import {
  clientOf,
  refuse,
  type StubApiServer,
  startStubApiServer,
  writeKubeconfig,
} from '../support/stub-api-server.js';
import { startStubPortForward } from '../support/stub-port-forward.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const tokens = (server: StubApiServer) => server.requests.map(({ headers }) => headers.authorization);

/** Writes an exec plugin: a shell script in a folder of its own. */
async function writePlugin(script: string): Promise<string> {
  const path = join(await temporaryFolder(), 'plugin.sh');
  await writeFile(path, `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const tlsUser = (certificate: string, key: string) => ({
  'client-certificate-data': base64(certificate),
  'client-key-data': base64(key),
});

/** A proxy that takes every CONNECT, and its URL. */
async function startProxy(onConnect: (socket: Duplex) => void): Promise<string> {
  const proxy = http.createServer().on('connect', (_, socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    onConnect(socket);
  });
  return `http://127.0.0.1:${await listen(proxy)}`;
}

/** Starts a server for the time of a test; returns its port. */
async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as net.AddressInfo).port;
}

const exec = (command: string) => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command } });
const ISSUE = `echo . >> calls; n=$(wc -l < calls); echo "{\\"status\\":{\\"token\\":\\"token-$((n))\\"}}"`;

describe('401', () => {
  test('the kubeconfig is read again, and the request sent once more with what it says now', async () => {
    const server = await startStubApiServer(({ headers }, response) =>
      headers.authorization === 'Bearer new-token'
        ? { ok: true }
        : refuse(response, 401, { reason: 'Unauthorized' }),
    );
    const path = await writeKubeconfig(server.url, { token: 'old-token' });
    const client = new ClusterClient({ name: 'eu-1', path });
    await writeFile(path, (await readFile(path, 'utf8')).replace('old-token', 'new-token'));
    expect(await client.get('/version')).toEqual({ ok: true });
    expect(tokens(server)).toEqual(['Bearer old-token', 'Bearer new-token']);
  });

  test('a kubeconfig that somebody is writing at that moment is read again at the next one', async () => {
    const server = await startStubApiServer(({ headers }, response) =>
      headers.authorization === 'Bearer new-token' ? { ok: true } : refuse(response, 401),
    );
    const path = await writeKubeconfig(server.url, { token: 'old-token' });
    const client = new ClusterClient({ name: 'eu-1', path });
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, 50));
    expect((await failureOf(client.get('/version'))).code).toBe('cluster-not-usable');
    await writeFile(path, text.replace('old-token', 'new-token'));
    expect(await client.get('/version')).toEqual({ ok: true });
  });

  test('one that stays is retried for a minute, and then needs a person, without the token in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await startStubApiServer((_, response) =>
      refuse(response, 401, { message: 'Unauthorized' }),
    );
    const client = await clientOf(server.url, { token: 'secret-token' });
    const first = await failureOf(client.get('/version'));
    expect(first).toMatchObject({ code: 'api-unavailable', transient: true, status: 401 });
    expect(server.requests).toHaveLength(2);
    vi.setSystemTime(Date.now() + 61_000);
    const last = await failureOf(client.get('/version'));
    expect(last).toMatchObject({
      code: 'credentials-refused',
      transient: false,
      status: 401,
      message: 'answered 401 to GET /version: Unauthorized (tried for 61 s)',
    });
    for (const error of [first, last])
      expect(JSON.stringify(error) + error.message + error.action).not.toContain('secret-token');
  });

  test('an authenticator that is down for a moment, again and again, parks nobody', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await startStubApiServer();
    const client = await clientOf(server.url);
    for (let minute = 0; minute < 5; minute++) {
      server.answer = (_, response) => refuse(response, 401);
      expect((await failureOf(client.get('/version'))).transient).toBe(true);
      vi.setSystemTime(Date.now() + 50_000);
      expect((await failureOf(client.get('/version'))).transient).toBe(true);
      // Whatever it answers to those whom it knows.
      server.answer = (_, response) => refuse(response, 404, { reason: 'NotFound' });
      expect(await client.get('/version')).toBeUndefined();
      vi.setSystemTime(Date.now() + 50_000);
    }
  });

  test('at the upgrade of a port-forward counts in the same way, and the credentials are renewed', async () => {
    const stub = await startStubPortForward({ status: 401 });
    const path = await writeKubeconfig(stub.url, { token: 'old-token' });
    const forward = (client: ClusterClient) => client.getThroughPortForward('a', 'b', 80, '/');
    const client = new ClusterClient({ name: 'eu-1', path });
    expect(await failureOf(forward(client))).toMatchObject({ code: 'api-unavailable', status: 401 });
    await writeFile(path, (await readFile(path, 'utf8')).replace('old-token', 'new-token'));
    await failureOf(forward(client));
    await failureOf(forward(client));
    expect(stub.authorizations).toEqual(['Bearer old-token', 'Bearer old-token', 'Bearer new-token']);
    const impatient = new ClusterClient({ name: 'eu-1', path }, new Refusals(0));
    expect(await failureOf(forward(impatient))).toMatchObject({ code: 'credentials-refused', status: 401 });
  });

  test('with a client certificate that has expired needs a person at once, and says when it did', async () => {
    const server = await startStubApiServer((_, response) => refuse(response, 401));
    const { certificate, key } = createAuthority('test').issue('worker', { expired: true });
    const error = await failureOf((await clientOf(server.url, tlsUser(certificate, key))).get('/version'));
    expect(error).toMatchObject({ code: 'credentials-refused', transient: false, status: 401 });
    expect(error.message).toMatch(/^the client certificate of the kubeconfig expired on .* GMT$/);
  });
});

describe('client certificates that cannot be used', () => {
  const own = createAuthority('test').issue('worker');
  const other = createAuthority('test').issue('worker');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const rsaKey = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();

  test.each([
    ['the key of another one', tlsUser(own.certificate, other.key), 'key values mismatch'],
    // OpenSSL takes it, and then sends no certificate at all.
    ['a key of another kind', tlsUser(own.certificate, rsaKey), 'does not match the client certificate'],
    [
      'no key',
      { 'client-certificate-data': base64(own.certificate) },
      'a client certificate without its key',
    ],
    [
      'a key and no certificate',
      { 'client-key-data': base64(own.key) },
      'a client key without its certificate',
    ],
    ['a certificate that is none', tlsUser('garbage', own.key), 'no start line'],
    ['a key that is none', tlsUser(own.certificate, 'garbage'), 'unsupported'],
  ])('%s is cluster-not-usable, before anything is sent', async (_, user, words) => {
    const error = await failureOf((await clientOf('https://127.0.0.1:1', user)).get('/version'));
    expect(error).toMatchObject({ code: 'cluster-not-usable', transient: false, cluster: 'eu-1' });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('BEGIN');
    expect(error.action).toContain('the client certificate and its key in the kubeconfig');
  });

  test('behind a proxy as well, where Node reads them outside of every promise', async () => {
    const proxy = await startProxy((socket) => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    const path = await writeKubeconfig('https://api.example.com', tlsUser(own.certificate, other.key), {
      'proxy-url': proxy,
    });
    const error = await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'));
    expect(error.code).toBe('cluster-not-usable');
  });

  test('a token that no header can hold is cluster-not-usable, and is not shown', async () => {
    const server = await startStubApiServer();
    const error = await failureOf((await clientOf(server.url, { token: 'secret\ntoken' })).get('/version'));
    expect(error).toMatchObject({ code: 'cluster-not-usable' });
    expect(error.message).not.toContain('secret');
  });
});

describe('a proxy that wants other credentials', () => {
  test.each([
    ['in place of a tunnel', 'https://api.example.com'],
    ['for a server without TLS', 'http://api.example.com'],
  ])('is cluster-not-usable when it says so %s, and they are not shown', async (_, server) => {
    const proxy = await startProxy((socket) =>
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'),
    );
    const proxyUrl = proxy.replace('//', '//anna:geheim@');
    const path = await writeKubeconfig(server, { token: 't' }, { 'proxy-url': proxyUrl });
    const error = await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'));
    expect(error).toMatchObject({ code: 'cluster-not-usable', transient: false });
    expect(error.message).toContain('is behind a proxy that answered 407 (GET /version)');
    expect(error.message + error.action).not.toMatch(/anna|geheim/);
    expect(error.action).toContain('the user and the password of the proxy');
  });

  test('is cluster-not-usable when it speaks SOCKS', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      // RFC 1928 and 1929: user and password, please; no.
      socket.once('data', () => {
        socket.write(Buffer.from([5, 2]));
        socket.once('data', () => socket.end(Buffer.from([1, 1])));
      });
    });
    const port = await listen(server);
    const path = await writeKubeconfig(
      'https://10.0.0.1:6443',
      { token: 't' },
      { 'proxy-url': `socks5://anna:geheim@127.0.0.1:${port}` },
    );
    const error = await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'));
    expect(error).toMatchObject({ code: 'cluster-not-usable' });
    expect(error.message + error.action).not.toMatch(/anna|geheim/);
  });
});

describe('exec plugins', () => {
  test('one that hangs is ended and tried again later: where many start at once, they are slow', async () => {
    // A wrapper: what it has started keeps its output open.
    const command = await writePlugin('sleep 60 & echo $! > child; wait');
    onTestFinished(async () => {
      process.kill(Number(await readFile(join(dirname(command), 'child'), 'utf8')));
    });
    const plugin = new ExecPlugin({ command }, '/', null, 100);
    const late = await plugin.applyAuthentication({ name: 'user' }, {}).catch((error: unknown) => error);
    expect(late).toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('did not finish within 0.1 s'),
    });
    const config = { applyToHTTPSOptions: () => Promise.reject(late) } as unknown as KubeConfig;
    const error = await failureOf(new Credentials({ name: 'eu-1', path: 'config' }, config).access());
    expect(error).toMatchObject({ code: 'api-unavailable', transient: true, cluster: 'eu-1' });
  });

  test('many requests run the plugin once, with what it needs to know, from a path relative to the kubeconfig', async () => {
    const plugin = await writePlugin(`echo "$KUBERNETES_EXEC_INFO" > info; ${ISSUE}`);
    const server = await startStubApiServer(() => ({}));
    const source = await readFile(await writeKubeconfig(server.url, exec('./plugin.sh')), 'utf8');
    const path = join(dirname(plugin), 'config');
    await writeFile(path, source);
    const client = new ClusterClient({ name: 'eu-1', path });
    await Promise.all(Array.from({ length: 20 }, () => client.get('/api')));
    expect(new Set(tokens(server))).toEqual(new Set(['Bearer token-1']));
    expect(JSON.parse(await readFile(join(dirname(plugin), 'info'), 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false },
    });
  });

  test('when its token is refused, twenty requests ask it only once for the next', async () => {
    const plugin = await writePlugin(ISSUE);
    const server = await startStubApiServer(({ headers }, response) =>
      headers.authorization === 'Bearer token-2' ? {} : refuse(response, 401),
    );
    const client = await clientOf(server.url, exec(plugin));
    await Promise.all(Array.from({ length: 20 }, () => client.get('/api')));
    expect(await readFile(join(dirname(plugin), 'calls'), 'utf8')).toBe('.\n.\n');
  });

  test('a plugin that fails is told with its own words, credentials taken out', async () => {
    const plugin = await writePlugin('echo "SSO expired for Bearer abcdefghijklmnop1234" >&2; exit 1');
    const get = async (refusals: Refusals) =>
      failureOf((await clientOf('http://127.0.0.1:1', exec(plugin), refusals)).get('/version'));
    const error = await get(new Refusals(0));
    expect(error).toMatchObject({ code: 'credentials-refused', cluster: 'eu-1' });
    expect(error.message).toContain('SSO expired for Bearer [redacted]');
    expect(error.action).toContain('logging in');
    // What it asks may be down for a moment.
    expect(await get(new Refusals())).toMatchObject({ code: 'api-unavailable', transient: true });
  });

  test.each([
    ['nothing', 'exit 0'],
    ['something that is not JSON', 'echo secret-token-1234'],
    ['JSON without a status', 'echo "{}"'],
  ])('a plugin that prints %s is told by its name only', async (_, script) => {
    const plugin = await writePlugin(script);
    const error = await failureOf((await clientOf('http://127.0.0.1:1', exec(plugin))).get('/version'));
    expect(error.message).toContain(`${plugin} did not print an ExecCredential`);
    expect(error.message).not.toContain('secret-token');
  });

  test('a token is used until shortly before it expires', async () => {
    const expiry = (ms: number) => new Date(Date.now() + ms).toISOString();
    const plugin = await writePlugin(
      `echo . >> calls; n=$(wc -l < calls); [ $n = 1 ] && e=${expiry(5_000)} || e=${expiry(3_600_000)}
       echo "{\\"status\\":{\\"token\\":\\"token-$((n))\\",\\"expirationTimestamp\\":\\"$e\\"}}"`,
    );
    const server = await startStubApiServer(() => ({}));
    const client = await clientOf(server.url, exec(plugin));
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    for (const _ of [1, 2, 3]) {
      await client.get('/api');
      vi.setSystemTime(Date.now() + 61_000);
    }
    expect(tokens(server)).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
  });

  test('after a failure the plugin is asked again', async () => {
    const plugin = await writePlugin(`[ -e calls ] || { echo . > calls; exit 1; }; ${ISSUE}`);
    const server = await startStubApiServer(() => ({}));
    const client = await clientOf(server.url, exec(plugin));
    await failureOf(client.get('/version'));
    expect(await client.get('/version')).toEqual({});
  });

  test('a plugin that does not exist makes the cluster not usable', async () => {
    const error = await failureOf(
      (await clientOf('http://127.0.0.1:1', exec('no-such-plugin-7'))).get('/version'),
    );
    expect(error.code).toBe('cluster-not-usable');
    expect(error.message).toContain('no-such-plugin-7');
  });

  test('a request that is cancelled does not wait for its plugin', async () => {
    const plugin = await writePlugin('exec sleep 5');
    const controller = new AbortController();
    const reading = (await clientOf('http://127.0.0.1:1', exec(plugin))).get('/version', {
      signal: controller.signal,
    });
    controller.abort(new Error('cancelled'));
    await expect(reading).rejects.toThrow('cancelled');
  });
});

describe('other ways to authenticate', () => {
  test('a token file with a line break at its end, relative to the kubeconfig', async () => {
    const server = await startStubApiServer(() => ({}));
    const path = await writeKubeconfig(server.url, { tokenFile: 'token' });
    await writeFile(join(dirname(path), 'token'), 'from-the-file\n');
    await new ClusterClient({ name: 'eu-1', path }).get('/version');
    expect(tokens(server)).toEqual(['Bearer from-the-file']);
  });

  test('a token file that is gone', async () => {
    const path = await writeKubeconfig('http://127.0.0.1:1', { tokenFile: 'token' });
    await rm(join(dirname(path), 'token'), { force: true });
    const error = await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'));
    expect(error.code).toBe('cluster-not-usable');
  });

  test('user name and password, and impersonation', async () => {
    const server = await startStubApiServer(() => ({}));
    await (await clientOf(server.url, { username: 'anna', password: 'geheim', as: 'deployer' })).get(
      '/version',
    );
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('anna:geheim').toString('base64')}`,
      'impersonate-user': 'deployer',
    });
  });

  test('a proxy-url is gone through, over connections that are kept', async () => {
    const server = await startStubApiServer(() => ({}));
    const tunnels: string[] = [];
    const proxy = http.createServer().on('connect', (request, socket, head) => {
      tunnels.push(request.url ?? '');
      const target = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        target.write(head);
        target.pipe(socket).pipe(target);
      });
      for (const end of [socket, target]) end.on('error', () => {});
    });
    const proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;
    const path = await writeKubeconfig(
      'http://api.example.com:80',
      { token: 't' },
      { 'proxy-url': proxyUrl },
    );
    const client = new ClusterClient({ name: 'eu-1', path });
    await Promise.all(Array.from({ length: 50 }, () => client.get('/version')));
    await client.get('/version');
    expect(tunnels.length).toBeLessThanOrEqual(10);
    expect(new Set(tunnels)).toEqual(new Set(['api.example.com:80']));
    expect(server.requests).toHaveLength(51);
    client.close();
  });

  test('a proxy-url that nothing answers at is api-unavailable', async () => {
    const path = await writeKubeconfig(
      'https://10.0.0.1:6443',
      { token: 't' },
      { 'proxy-url': 'http://127.0.0.1:1' },
    );
    expect((await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'))).code).toBe(
      'api-unavailable',
    );
  });

  test('plain HTTP is refused unless TLS is switched off in so many words', async () => {
    const path = await writeKubeconfig(
      'http://127.0.0.1:1',
      { token: 't' },
      { 'insecure-skip-tls-verify': false },
    );
    const error = await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'));
    expect(error.code).toBe('cluster-not-usable');
  });
});
