import { describe, expect, it } from 'vitest';
import { SharedWork } from '../../../src/base/concurrency/shared-work.js';

const signal = new AbortController().signal;

describe('SharedWork', () => {
  it('does equal work once, also for those who ask meanwhile', async () => {
    const work = new SharedWork<number>(2);
    let runs = 0;
    const get = (key: string) => work.get(key, async () => ++runs, signal);
    expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual([1, 1, 2]);
    expect(await get('a')).toBe(1);
  });

  it('forgets what was used least recently', async () => {
    const work = new SharedWork<number>(2);
    let runs = 0;
    const get = (key: string) => work.get(key, async () => ++runs, signal);
    for (const key of ['a', 'b', 'a', 'c']) await get(key);
    expect(await get('a')).toBe(1);
    expect(await get('b')).toBe(4);
  });

  it('keeps no failure', async () => {
    const work = new SharedWork<number>(2);
    await expect(work.get('a', () => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(await work.get('a', async () => 1, signal)).toBe(1);
  });

  it('is aborted when nobody waits any more', async () => {
    const work = new SharedWork<number>(2);
    const aborts = [new AbortController(), new AbortController()];
    let own: AbortSignal | undefined;
    const start = (signal: AbortSignal) => {
      own = signal;
      return new Promise<number>(() => {});
    };
    const waiting = aborts.map(({ signal }) =>
      work.get('a', start, signal).catch((error: Error) => error.message),
    );
    aborts[0]?.abort(new Error('one'));
    expect(await waiting[0]).toBe('one');
    expect(own?.aborted).toBe(false);
    aborts[1]?.abort(new Error('other'));
    expect(await waiting[1]).toBe('other');
    expect(own?.aborted).toBe(true);
    expect(await work.get('a', async () => 2, signal)).toBe(2);
  });
});
