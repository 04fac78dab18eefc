import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeApi, fakeApi } from '../api/support/api.js';
import { cli } from './support/run.js';

const files = { 'shop.yaml': 'mesh: shop\n' };
const started = { mesh: 'shop', rolloutId: 'run-1', workflowId: 'mesh/shop' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server in the place of the API, which treats one request after another as told, the last one for ever. */
async function serverThat(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    const answer = answers[Math.min(keys.length, answers.length) - 1];
    request.resume().once('end', () => answer?.(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const start = () =>
    cli(['start', '-f', 'shop.yaml', '-o', 'json', '--api', `http://127.0.0.1:${port}`], { files });
  return { keys, start };
}

const breaksOff = (request: IncomingMessage) => void request.socket.destroy();
const answers =
  (status: number, body: object, type = 'application/json') =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));

describe('start sends its request again, with the same key,', () => {
  it('when the connection breaks before the answer', async () => {
    const { keys, start } = await serverThat(breaksOff, answers(201, started));
    const run = await start();
    expect([run.exitCode, JSON.parse(run.out)]).toEqual([0, started]);
    expect(keys).toEqual([expect.stringMatching(UUID), keys[0]]);
  });

  it('when a proxy has lost the server', async () => {
    const { keys, start } = await serverThat(answers(502, {}), answers(504, {}), answers(201, started));
    expect((await start()).exitCode).toBe(0);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
  });

  it('and gives up after three times', async () => {
    const { keys, start } = await serverThat(breaksOff);
    expect((await start()).exitCode).toBe(1);
    expect(keys).toHaveLength(3);
  });

  it('but not when it was answered', async () => {
    const problem = {
      title: 'A rollout of this mesh is already running.',
      status: 409,
      code: 'rollout-running',
    };
    const { keys, start } = await serverThat(answers(409, problem, 'application/problem+json'));
    const run = await start();
    expect([run.exitCode, JSON.parse(run.err)]).toEqual([1, problem]);
    expect(keys).toHaveLength(1);
  });
});

describe('the key of a start', () => {
  let api: FakeApi;
  const keyOf = async (...args: string[]) => {
    api = await fakeApi();
    closing.push(() => api.app.close());
    expect((await cli(['start', '-f', 'shop.yaml', ...args], { api: api.app, files })).exitCode).toBe(0);
    return (api.calls[0]?.[1] as { idempotencyKey?: string } | undefined)?.idempotencyKey;
  };

  it('is another one for every command', async () => {
    const [one, other] = [await keyOf(), await keyOf()];
    expect(one).toMatch(UUID);
    expect(other).not.toBe(one);
  });

  it('is what the user gives', async () => {
    expect(await keyOf('--idempotency-key', 'build-4711')).toBe('build-4711');
  });
});

describe('with -o json errors are JSON on standard error too:', () => {
  it('those of the API as it answers them', async () => {
    const api = await fakeApi();
    closing.push(() => api.app.close());
    const run = await cli(['start', '-f', 'empty.yaml', '-o', 'json'], {
      api: api.app,
      files: { 'empty.yaml': '{}' },
    });
    expect(run).toMatchObject({ exitCode: 1, out: '' });
    expect(JSON.parse(run.err)).toMatchObject({
      status: 400,
      code: 'document-invalid',
      problems: [{ path: 'mesh' }, { path: 'remotes' }],
    });
  });

  it.each([
    ['list'],
    ['status', 'shop'],
    ['watch', 'shop'],
    ['retry', 'shop', '--cluster', 'eu-1'],
    ['skip', 'shop', '--cluster', 'eu-1'],
    ['pause', 'shop'],
    ['resume', 'shop'],
    ['abort', 'shop'],
    ['approve', 'shop'],
    ['accept', 'shop', 'service-cidr-overlap'],
    ['set', 'shop', '--max-failures', '1'],
  ])('%s without an API', async (...args) => {
    const run = await cli([...args, '-o', 'json']);
    expect(run).toMatchObject({ exitCode: 1, out: '' });
    expect(JSON.parse(run.err)).toEqual({
      title: expect.stringContaining('The API does not answer at http://127.0.0.1:1'),
      action: expect.stringContaining('mesh-rollout serve'),
    });
  });
});
