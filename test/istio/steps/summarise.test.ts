import { describe, expect, it } from 'vitest';
import { summarise } from '../../../src/istio/steps/summarise.js';

describe('summarise', () => {
  it('says what is true now, and what was done for it', () => {
    expect(summarise(21, 3, 'istiod is available')).toEqual({
      objects: 21,
      changed: 3,
      summary: 'istiod is available; 3 of 21 objects changed',
    });
    expect(summarise(21, 0, 'istiod is available').summary).toBe('istiod is available; nothing changed');
  });

  it('names what was deleted: two in the line, at most twenty in the result', () => {
    const gone = Array.from({ length: 30 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'istio-system',
      name: `old-${index}`,
    }));
    const { summary, pruned } = summarise(60, 33, 'istiod is available', gone);
    expect(summary).toBe(
      'istiod is available; 33 of 60 objects changed, 30 superfluous deleted: ConfigMap istio-system/old-0, ConfigMap istio-system/old-1 and 28 more',
    );
    expect(pruned).toHaveLength(20);
    expect(summarise(21, 3, 'istiod is available')).not.toHaveProperty('pruned');
  });

  it('stays within 200 characters', () => {
    const { summary } = summarise(1, 0, 'x'.repeat(500));
    expect(summary).toHaveLength(200);
    expect(summary.endsWith('…')).toBe(true);
  });
});
