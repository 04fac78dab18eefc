import { describe, expect, it } from 'vitest';
import { applyEvent, eventBetween, keepKnown } from '../../../src/temporal/reading/rollout-event.js';
import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import { finished, rollout } from '../../cli/support/views.js';

/** The view that a follower has after it got what lies between. */
function afterEvent(previous: RolloutView | undefined, next: RolloutView): RolloutView | undefined {
  const event = eventBetween(previous, next, 7, 1_000);
  return event ? applyEvent(previous, event) : previous;
}

describe('events', () => {
  const first = rollout();
  const [hub, eu1, ...others] = first.clusters;
  if (!hub || !eu1) throw new Error('the view lacks clusters');

  it('lead from one view to the next', () => {
    const moved = { ...first, changed: 90, clusters: [hub, { ...eu1, changed: 48 }, ...others] };
    expect(afterEvent(undefined, first)).toEqual(first);
    expect(afterEvent(first, moved)).toEqual(moved);
    expect(afterEvent(first, finished())).toEqual(finished());
  });

  it('carry only the clusters that changed', () => {
    const moved = { ...first, clusters: [hub, { ...eu1, changed: 48 }, ...others] };
    expect(eventBetween(first, moved, 7, 1_000)).toMatchObject({
      type: 'change',
      id: 7,
      at: 1_000,
      clusters: [{ cluster: 'eu-1', changed: 48 }],
    });
  });

  it('are none when nothing changed', () => {
    expect(eventBetween(first, structuredClone(first), 7, 1_000)).toBeUndefined();
  });

  it('begin anew with another rollout or other clusters', () => {
    expect(eventBetween(first, { ...first, rolloutId: 'run-2' }, 7, 1_000)?.type).toBe('snapshot');
    expect(eventBetween(first, { ...first, clusters: [hub] }, 7, 1_000)?.type).toBe('snapshot');
  });
});

describe('keepKnown', () => {
  const blind = rollout({ worker: 'none', release: '', steps: [], clusters: [], changed: 0 });

  it('keeps what was known while no worker answers', () => {
    expect(keepKnown(rollout(), blind)).toEqual(rollout({ worker: 'none' }));
  });

  it('still sees that the rollout was ended', () => {
    const ended = { ...blind, execution: 'TERMINATED', status: 'Aborted' } as const;
    expect(keepKnown(rollout(), ended)).toMatchObject({
      status: 'Aborted',
      execution: 'TERMINATED',
      release: '1.31',
    });
  });

  it('takes the little there is when nothing was known, or of another rollout', () => {
    expect(keepKnown(undefined, blind)).toBe(blind);
    expect(keepKnown(rollout({ rolloutId: 'run-0' }), blind)).toBe(blind);
  });
});
