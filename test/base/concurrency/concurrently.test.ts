import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { concurrently } from '../../../src/base/concurrency/concurrently.js';

describe('concurrently', () => {
  it('keeps the order of the items and the limit', async () => {
    let running = 0;
    let most = 0;
    const results = await concurrently([30, 10, 20, 5, 15], 2, async (ms) => {
      most = Math.max(most, ++running);
      await sleep(ms);
      running--;
      return ms * 2;
    });
    expect(results).toEqual([60, 20, 40, 10, 30]);
    expect(most).toBe(2);
  });

  it('fails with the first failure', async () => {
    const fail = async (item: number) => {
      if (item === 2) throw new Error('two');
      return item;
    };
    await expect(concurrently([1, 2, 3], 1, fail)).rejects.toThrow('two');
  });

  it('starts nothing after a failure, and waits for what is under way', async () => {
    const done: number[] = [];
    const work = async (n: number) => {
      await sleep(n === 1 ? 5 : 30);
      if (n === 1) throw new Error('no');
      done.push(n);
    };
    await expect(concurrently([0, 1, 2, 3], 2, work)).rejects.toThrow('no');
    expect(done).toEqual([0]);
  });

  it('has nothing to do for no items', async () => {
    expect(await concurrently([], 4, async () => 1)).toEqual([]);
  });
});
