import { afterEach, describe, expect, it, vi } from 'vitest';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { TemporalError } from '../../src/temporal/connection/temporal-error.js';
import type { RolloutView } from '../../src/temporal/reading/rollout-view.js';
import { until } from '../support/wait.js';
import { type FakeApi, fakeApi, token } from './support/api.js';
import { runningRollout } from './support/views.js';

let api: FakeApi;
afterEach(() => api.app.close());

/** Events of a stream that ends by itself, without their `at`. */
function eventsOf(body: string): { id?: number; event: string; data: Record<string, unknown> }[] {
  return body
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const id = field('id');
      return {
        ...(id && { id: Number(id) }),
        event: field('event') ?? '',
        data: JSON.parse(field('data') ?? 'null'),
      };
    });
}

/** A stream that is read along: what has come so far, and when it is over, by its end or because it was broken off. */
async function followed(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { headers });
  let body = '';
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) body += decoder.decode(chunk, { stream: true });
  };
  return {
    events: () => eventsOf(body.slice(0, body.lastIndexOf('\n\n') + 1)),
    ended: read().catch(() => undefined),
  };
}

/** A rollout that shows one view a look, and the last one from then on. */
function views(...all: (RolloutView | Error)[]): () => Promise<RolloutView> {
  return async () => {
    const next = all.length > 1 ? all.shift() : all[0];
    if (next instanceof Error) throw next;
    return next as RolloutView;
  };
}

const running = runningRollout();
const [hub, remote, parked] = running.clusters;
if (!hub || !remote || !parked) throw new Error('the view lacks clusters');
const advanced = runningRollout({
  clusters: [hub, { ...remote, status: 'Succeeded' }, parked],
});
const paused = runningRollout({ status: 'Paused', clusters: advanced.clusters });
const finished = runningRollout({ status: 'Succeeded', execution: 'COMPLETED', clusters: advanced.clusters });

describe('GET /v1/rollouts/{mesh}/events', () => {
  it('gives a snapshot, then only what changed, then the end', async () => {
    api = await fakeApi({ get: views(running, running, advanced, finished) });
    const answer = await api.app.inject('/v1/rollouts/shop/events');
    expect(answer.headers['content-type']).toBe('text/event-stream');
    const events = eventsOf(answer.body);
    expect(events.map(({ event }) => event)).toEqual(['snapshot', 'change', 'change', 'end']);
    const [snapshot, first, second] = events;
    expect(snapshot?.data.rollout).toEqual(running);
    expect(first?.data.clusters).toEqual([{ ...remote, status: 'Succeeded' }]);
    expect(second?.data).toMatchObject({ clusters: [], rollout: { status: 'Succeeded' } });
    const ids = events.flatMap(({ id }) => id ?? []);
    expect(ids).toEqual([ids[0], Number(ids[0]) + 1, Number(ids[0]) + 2]);
  });

  it('goes on behind Last-Event-ID while others follow', async () => {
    let view = running;
    api = await fakeApi({ get: async () => view });
    const url = `${await api.app.listen({ port: 0, host: '127.0.0.1' })}/v1/rollouts/shop/events`;
    const whole = await followed(url);
    await until('the snapshot', () => whole.events().length === 1);
    view = advanced;
    const seen = await until('the first change', () => whole.events()[1]);
    view = paused;
    await until('the second change', () => whole.events()[2]);
    const late = await followed(url);
    const resumed = await followed(url, { 'last-event-id': String(seen.id) });
    const tooOld = await followed(url, { 'last-event-id': '7' });
    view = finished;
    await Promise.all([whole, late, resumed, tooOld].map(({ ended }) => ended));
    const typesOf = (stream: typeof whole) => stream.events().map(({ event }) => event);
    expect(typesOf(whole)).toEqual(['snapshot', 'change', 'change', 'change', 'end']);
    expect(typesOf(resumed)).toEqual(['change', 'change', 'end']);
    expect(resumed.events()[0]).toEqual(whole.events()[2]);
    for (const stream of [late, tooOld]) {
      expect(typesOf(stream)).toEqual(['snapshot', 'change', 'end']);
      expect(stream.events()[0]?.data.rollout).toEqual(paused);
    }
  });

  it('tells when the rollout cannot be looked at, and goes on', async () => {
    const down = new TemporalError('temporal-unavailable', 'Temporal does not answer.');
    api = await fakeApi({ get: views(running, down, finished) });
    const events = eventsOf((await api.app.inject('/v1/rollouts/shop/events')).body);
    expect(events.map(({ event }) => event)).toEqual(['snapshot', 'problem', 'change', 'end']);
    expect(events[1]?.data).toMatchObject({ code: 'temporal-unavailable', status: 503 });
  });

  it('keeps the last known clusters while no worker answers', async () => {
    const blind = runningRollout({ worker: 'none', release: '', clusters: [], steps: [], changed: 0 });
    api = await fakeApi({ get: views(running, blind, finished) });
    const events = eventsOf((await api.app.inject('/v1/rollouts/shop/events')).body);
    expect(events.map(({ event }) => event)).toEqual(['snapshot', 'change', 'change', 'end']);
    expect(events[1]?.data).toMatchObject({ clusters: [], rollout: { worker: 'none', release: '1.31' } });
  });

  it('answers 404 before the stream begins', async () => {
    const error = new RolloutError('rollout-not-found', 'There is no rollout of mesh shop.');
    api = await fakeApi({ get: () => Promise.reject(error) });
    const answer = await api.app.inject('/v1/rollouts/shop/events');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().code).toBe('rollout-not-found');
  });

  it('looks at a mesh once an interval, and not at all when nobody follows', async () => {
    let looks = 0;
    api = await fakeApi({
      get: async () => {
        looks++;
        return running;
      },
      lookIntervalMs: 50,
    });
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const stop = new AbortController();
    const followers = Array.from({ length: 5 }, () =>
      fetch(`${address}/v1/rollouts/shop/events`, { signal: stop.signal }).then((answer) => answer.text()),
    );
    await new Promise((resolve) => setTimeout(resolve, 280));
    expect(looks).toBeLessThan(12);
    stop.abort();
    await Promise.allSettled(followers);
    await until('nobody to look any more', async () => {
      const before = looks;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return looks === before;
    });
  });

  it('leaves nothing behind for a reader who has left before the first look', async () => {
    const timers = vi.spyOn(globalThis, 'setInterval');
    let answerLook = (_view: RolloutView) => {};
    const look = vi.fn(
      () =>
        new Promise<RolloutView>((resolve) => {
          answerLook = resolve;
        }),
    );
    api = await fakeApi({ get: look });
    const isOver = new Promise((resolve) => {
      api.app.server.once('request', (_request, response) => response.once('close', resolve));
    });
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const reader = new AbortController();
    const reading = fetch(`${address}/v1/rollouts/shop/events`, { signal: reader.signal });
    await until('the first look', () => look.mock.calls.length === 1);
    reader.abort();
    await expect(reading).rejects.toThrow('aborted');
    await isOver;
    timers.mockClear();
    answerLook(running);
    await new Promise((resolve) => setImmediate(resolve));
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });

  it('ends when the token of its reader is revoked, also while nothing happens, and no other does', async () => {
    let tokens = [token('alice', 's3cret', 'read'), token('bob', 'other', 'read')];
    let view = running;
    api = await fakeApi({ get: async () => view, tokens: () => tokens });
    const url = `${await api.app.listen({ port: 0, host: '127.0.0.1' })}/v1/rollouts/shop/events`;
    const revoked = await followed(url, { authorization: 'Bearer s3cret' });
    const kept = await followed(url, { authorization: 'Bearer other' });
    await until('both snapshots', () => revoked.events().length === 1 && kept.events().length === 1);
    tokens = tokens.slice(1);
    await revoked.ended;
    expect(revoked.events().map(({ event }) => event)).toEqual(['snapshot']);
    expect((await fetch(url, { headers: { authorization: 'Bearer s3cret' } })).status).toBe(401);
    view = advanced;
    await until('the other stream continues', () => kept.events()[1]?.event === 'change');
  });

  it('has a limit of streams for each token, and a stream that ends makes room', async () => {
    const tokens = [token('alice', 's3cret', 'read'), token('bob', 'other', 'read')];
    api = await fakeApi({ get: async () => running, tokens });
    const url = `${await api.app.listen({ port: 0, host: '127.0.0.1' })}/v1/rollouts/shop/events`;
    const open = (secret: string, signal?: AbortSignal) =>
      fetch(url, { headers: { authorization: `Bearer ${secret}` }, ...(signal && { signal }) });
    const [one, others] = [new AbortController(), new AbortController()];
    const signals = [one.signal, ...Array.from({ length: 99 }, () => others.signal)];
    const streams = await Promise.all(signals.map((signal) => open('s3cret', signal)));
    const refused = await open('s3cret');
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
    expect(await refused.json()).toMatchObject({ code: 'streams-busy' });
    // Looked at only now: undici ends the streams of answers that nobody holds any more.
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await open('other', others.signal)).status).toBe(200);
    one.abort();
    await until('there is room', async () => (await open('s3cret', others.signal)).status === 200);
    others.abort();
  });

  it('counts none that has not begun', async () => {
    const error = new RolloutError('rollout-not-found', 'There is no rollout of mesh shop.');
    api = await fakeApi({ get: () => Promise.reject(error) });
    for (let asked = 0; asked < 101; asked++) {
      expect((await api.app.inject('/v1/rollouts/shop/events')).statusCode).toBe(404);
    }
  });

  it('sends nothing more to a reader whose token is revoked', async () => {
    let tokens = [token('alice', 's3cret', 'read')];
    let view = running;
    api = await fakeApi({ get: async () => view, tokens: () => tokens });
    const url = `${await api.app.listen({ port: 0, host: '127.0.0.1' })}/v1/rollouts/shop/events`;
    const stream = await followed(url, { authorization: 'Bearer s3cret' });
    await until('the snapshot', () => stream.events().length === 1);
    tokens = [token('alice', 'another', 'read')];
    view = advanced;
    await stream.ended;
    expect(stream.events().map(({ event }) => event)).toEqual(['snapshot']);
  });

  it('breaks streams off when the server closes, for the rollout is not over', async () => {
    api = await fakeApi({ get: async () => running });
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const stream = await followed(`${address}/v1/rollouts/shop/events`);
    await until('the snapshot', () => stream.events().length === 1);
    await api.app.close();
    await stream.ended;
    expect(stream.events().map(({ event }) => event)).toEqual(['snapshot']);
  });
});
