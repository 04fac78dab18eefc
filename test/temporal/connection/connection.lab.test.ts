import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAccess } from '../../../src/temporal/connection/check-access.js';
import {
  connectWorker,
  openClient,
  type TemporalTarget,
} from '../../../src/temporal/connection/connection.js';
import { ensureSearchAttributes } from '../../../src/temporal/connection/search-attributes.js';
import { type Certified, createAuthority } from '../../support/certificates.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';
import { startTemporalFront, type TemporalFront } from '../support/temporal-front.js';

const KEY = 'the-api-key';

/** Where TLS fails, the client gives up this early here; the reason is asked for after it. */
const TIMEOUT_MS = 1_500;
/** A refusal is an answer, and comes as soon as it can. */
const ANSWER_TIMEOUT_MS = 30_000;

describe('a connection with TLS', () => {
  const authority = createAuthority('CA of the test');
  const another = createAuthority('another CA');
  const server = authority.issue('server', { names: ['localhost'] });
  const fronts: Record<string, TemporalFront> = {};
  let temporal: DevServer;

  beforeAll(async () => {
    temporal = await startDevServer();
    const front = (certified: Certified) => startTemporalFront(temporal.address, { server: certified });
    fronts.open = await front(server);
    fronts.expired = await front(authority.issue('server', { names: ['localhost'], expired: true }));
    fronts.elsewhere = await front(authority.issue('server', { names: ['elsewhere.example'] }));
    fronts.closed = await startTemporalFront(temporal.address, {
      server,
      clientCA: authority.certificate,
      apiKey: KEY,
      refuses: ['OperatorService'],
    });
  });
  afterAll(async () => {
    await Promise.all(Object.values(fronts).map((front) => front.close()));
    await temporal?.stop();
  });

  const tls = { serverRootCACertificate: Buffer.from(authority.certificate) };
  const withClient = ({ certificate, key }: Certified) => ({
    ...tls,
    clientCertPair: { crt: Buffer.from(certificate), key: Buffer.from(key) },
  });
  const client = authority.issue('client');
  const to = (front: string, rest: Partial<TemporalTarget>): TemporalTarget => ({
    address: fronts[front]?.address ?? temporal.address,
    namespace: 'default',
    ...rest,
  });

  test.each([
    ["the server's CA is given", () => to('open', { tls })],
    [
      'the name is another one',
      () => to('elsewhere', { tls: { ...tls, serverNameOverride: 'elsewhere.example' } }),
    ],
    [
      'client certificate and API key are asked for',
      () => to('closed', { tls: withClient(client), apiKey: KEY }),
    ],
  ])('comes about for worker and client when %s', async (_name, target) => {
    const access = openClient(target());
    const connection = await connectWorker(target());
    await checkAccess(access);
    await Promise.all([access.close(), connection.close()]);
  });

  test('carries the API key, and goes on where the operator service is refused', async () => {
    const access = openClient(to('closed', { tls: withClient(client), apiKey: KEY }));
    expect(await ensureSearchAttributes(access)).toEqual([]);
    await access.close();
    expect(fronts.closed?.authorizations).toContain(`Bearer ${KEY}`);
  });

  const REFUSALS: readonly (readonly [string, () => TemporalTarget, string, string])[] = [
    ['an unknown CA', () => to('open', { tls: {} }), 'temporal-tls-failed', 'not from a known CA'],
    [
      'a wrong CA',
      () => to('open', { tls: { serverRootCACertificate: Buffer.from(another.certificate) } }),
      'temporal-tls-failed',
      'not from a known CA',
    ],
    ['an expired server', () => to('expired', { tls }), 'temporal-tls-failed', 'has expired'],
    ['another name', () => to('elsewhere', { tls }), 'temporal-tls-failed', 'for a name other than'],
    [
      'no client certificate',
      () => to('closed', { tls, apiKey: KEY }),
      'temporal-tls-failed',
      'client certificate',
    ],
    [
      'a client certificate of another CA',
      () => to('closed', { tls: withClient(another.issue('client')), apiKey: KEY }),
      'temporal-tls-failed',
      'client certificate',
    ],
    ['no TLS where it is wanted', () => to('open', {}), 'temporal-tls-failed', 'requires TLS'],
    ['TLS where there is none', () => to('none', { tls: {} }), 'temporal-tls-failed', 'does not speak TLS'],
    ['no API key', () => to('closed', { tls: withClient(client) }), 'temporal-refused', 'refuses'],
    [
      'a wrong API key',
      () => to('closed', { tls: withClient(client), apiKey: 'wrong-key' }),
      'temporal-refused',
      'refuses',
    ],
  ];

  test('says why it does not come about, to worker and client alike', async () => {
    await Promise.all(
      REFUSALS.map(async ([name, target, code, text]) => {
        const access = openClient(target());
        const timeoutMs = code === 'temporal-refused' ? ANSWER_TIMEOUT_MS : TIMEOUT_MS;
        const errors = await Promise.all([
          connectWorker(target()).catch((error: unknown) => error),
          checkAccess(access, timeoutMs).catch((error: unknown) => error),
        ]);
        await access.close();
        for (const error of errors) {
          expect(error, name).toMatchObject({ code, message: expect.stringContaining(text) });
          expect((error as Error).message, name).not.toContain('-key');
        }
      }),
    );
  });

  test('names a namespace that is not there', async () => {
    const access = openClient(to('none', { namespace: 'nowhere' }));
    await expect(checkAccess(access)).rejects.toMatchObject({
      code: 'temporal-namespace-missing',
      message: expect.stringContaining('nowhere'),
    });
    await access.close();
  });
});
