import { describe, expect, it } from 'vitest';
import { exitCodeOf, isAtRest } from '../../src/cli/exit-code.js';
import type { RolloutView } from '../../src/temporal/reading/rollout-view.js';
import { attached, finished, parked, pending, primary, retrying, rollout } from './support/views.js';

const skipped = { ...parked('eu-3'), status: 'Skipped' as const };

describe('exitCodeOf', () => {
  it.each<[string, RolloutView, number | undefined]>([
    ['runs', rollout(), undefined],
    ['waits for a person', rollout({ status: 'NeedsAttention' }), undefined],
    ['is paused', rollout({ status: 'Paused' }), undefined],
    ['is done', finished(), 0],
    ['left a cluster out', finished({ clusters: [primary(), attached('eu-1'), skipped] }), 3],
    ['was aborted', finished({ status: 'Aborted', execution: 'CANCELLED' }), 3],
    ['was terminated', finished({ status: 'Aborted', execution: 'TERMINATED' }), 3],
    ['failed over its document', finished({ status: 'Aborted', execution: 'FAILED', clusters: [] }), 1],
  ])('of a rollout that %s', (_what, view, code) => expect(exitCodeOf(view)).toBe(code));
});

describe('isAtRest', () => {
  it.each<[string, RolloutView, boolean]>([
    ['runs', rollout(), false],
    ['waits', rollout({ status: 'NeedsAttention', clusters: [parked('eu-3'), pending('eu-4')] }), true],
    ['waits for approval', rollout({ status: 'NeedsAttention', clusters: [attached('eu-1')] }), true],
    [
      'waits while a cluster runs',
      rollout({ status: 'NeedsAttention', clusters: [retrying('eu-2')] }),
      false,
    ],
    ['is paused', rollout({ status: 'Paused', clusters: [pending('eu-4')] }), true],
    [
      'has no worker',
      rollout({ status: 'NeedsAttention', clusters: [parked('eu-3')], worker: 'none' }),
      false,
    ],
    ['is over', finished(), false],
  ])('for a rollout that %s', (_what, view, expected) => expect(isAtRest(view)).toBe(expected));
});
