import { describe, expect, it } from 'vitest';
import { renderChanges } from '../../../src/cli/render/changes.js';
import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import { attached, finished, parked, pending, primary, retrying, rollout } from '../support/views.js';

const at = new Date(2026, 0, 2, 3, 4, 5).getTime();

/** The lines of a change, without the time in front of each. */
function changes(previous: RolloutView | undefined, next: RolloutView): string[] {
  return renderChanges(previous, next, at).map((line) => line.replace(/^03:04:05 {2}/, ''));
}

describe('changes as lines', () => {
  it('begin with what is so already, without clusters that have not begun', () => {
    expect(renderChanges(undefined, rollout({ clusters: [primary(), pending('eu-4')] }), at)).toEqual([
      '03:04:05  shop  Running',
      '03:04:05  shop  resolve Succeeded',
      '03:04:05  shop  validate Succeeded',
      '03:04:05  hub   Succeeded after 42 s, 42 objects changed',
    ]);
  });

  it('are none when nothing changed, not even when only times did', () => {
    expect(changes(rollout(), rollout())).toEqual([]);
  });

  it('tell a step, a failed try, what waits and the end of a cluster', () => {
    const before = rollout({ clusters: ['eu-1', 'eu-2', 'eu-3'].map(pending) });
    const { attempt, ...fresh } = retrying('eu-2');
    const first = rollout({ clusters: [attached('eu-1'), fresh, parked('eu-3')] });
    expect(changes(before, first)).toEqual([
      'eu-1  Succeeded after 31 s, 42 objects changed',
      'eu-2  Running install-remote',
      'eu-3  NeedsAttention at label-namespaces: permission-denied: may not patch namespaces → Grant it, then retry.',
    ]);
    const failed = { ...fresh, ...(attempt && { attempt: { ...attempt, nextAttemptAt: at + 4_000 } }) };
    expect(changes(first, { ...first, clusters: [attached('eu-1'), failed, parked('eu-3')] })).toEqual([
      'eu-2  install-remote try 2 failed: api-unavailable: connect ECONNREFUSED; next try in 4 s',
    ]);
  });

  it('tell when workers are gone and back', () => {
    expect(changes(rollout(), rollout({ worker: 'none' }))).toEqual([
      'shop  no worker answers: the rollout continues when one runs again',
    ]);
    expect(changes(rollout({ worker: 'none' }), rollout())).toEqual(['shop  a worker answers again']);
  });

  it('tell the end of the rollout', () => {
    expect(changes(finished({ status: 'Running' }), finished())).toEqual(['shop  Succeeded']);
    const before = rollout({ clusters: [primary(), pending('eu-1')] });
    const after = finished({ clusters: [primary(), attached('eu-1')] });
    expect(changes(before, after)).toEqual([
      'eu-1  Succeeded after 31 s, 42 objects changed',
      'shop  Succeeded',
    ]);
  });
});
