import { describe, expect, it } from 'vitest';
import { summarise } from '../../activities/summarise.js';

describe('summarise', () => {
  it('says what is true now, and what was done for it', () => {
    expect(summarise(21, 3, 'istiod is available')).toEqual({
      objects: 21,
      changed: 3,
      summary: 'istiod is available; 3 of 21 objects changed',
    });
    expect(summarise(21, 0, 'istiod is available').summary).toBe('istiod is available; nothing changed');
    expect(summarise(21, 4, 'istiod is available', 1).summary).toBe(
      'istiod is available; 4 of 21 objects changed, 1 superfluous deleted',
    );
  });

  it('stays within 200 characters', () => {
    const { summary } = summarise(1, 0, 'x'.repeat(500));
    expect(summary).toHaveLength(200);
    expect(summary.endsWith('…')).toBe(true);
  });
});
