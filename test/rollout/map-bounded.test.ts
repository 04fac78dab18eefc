import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../src/rollout/map-bounded.js';

describe('mapBounded', () => {
  it('keeps the order and never does more at once than allowed', async () => {
    let running = 0;
    let most = 0;
    const results = await mapBounded([30, 5, 20, 1, 10], 2, async (milliseconds) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      running--;
      return milliseconds * 2;
    });
    expect(results).toEqual([60, 10, 40, 2, 20]);
    expect(most).toBe(2);
  });

  it('gives nothing for nothing', async () => {
    expect(await mapBounded([], 5, async () => 1)).toEqual([]);
  });

  it('fails with the first failure', async () => {
    const fail = async (item: number) => {
      if (item === 2) throw new Error('two');
      return item;
    };
    await expect(mapBounded([1, 2, 3], 1, fail)).rejects.toThrow('two');
  });
});
