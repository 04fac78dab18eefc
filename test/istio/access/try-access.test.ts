import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tryAccess } from '../../../src/istio/access/try-access.js';
import { createAuthority } from '../../support/certificates.js';

const never = new AbortController().signal;
const access = (server: string) => ({ cluster: 'eu-1', server, ca: '', token: 'token' });

async function plainServer(): Promise<string> {
  const server = createServer((_, answer) => answer.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('tryAccess', () => {
  it('asks below the path of the server', async () => {
    const authority = createAuthority('test');
    const { certificate: cert, key } = authority.issue('server', { names: ['127.0.0.1'] });
    const server = createSecureServer({ cert, key }, ({ url }, answer) => {
      answer.writeHead(url === '/k8s/c-1/api/v1/namespaces?limit=1' ? 200 : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    for (const path of ['/k8s/c-1', '/k8s/c-1/']) {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      const trial = await tryAccess({ ...access(url), ca: authority.certificate }, 'namespaces', never);
      expect(trial).toEqual({ outcome: 'works' });
    }
  });

  it('says unreachable where nothing listens', async () => {
    expect(await tryAccess(access('https://127.0.0.1:1'), 'namespaces', never)).toEqual({
      outcome: 'unreachable',
      reason: 'ECONNREFUSED',
    });
  });

  it('says unreachable of a name that does not resolve', async () => {
    const trial = await tryAccess(access('https://no-such-host.invalid:6443'), 'namespaces', never);
    expect(trial.outcome).toBe('unreachable');
  });

  it('refuses what speaks no TLS', async () => {
    await expect(tryAccess(access(await plainServer()), 'namespaces', never)).rejects.toMatchObject({
      code: 'remote-secret-refused',
      cluster: 'eu-1',
    });
  });

  it('obeys the signal', async () => {
    const reason = new Error('cancelled');
    await expect(
      tryAccess(access('https://127.0.0.1:1'), 'namespaces', AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
  });
});
