import { afterEach, expect, it } from 'vitest';
import { type Follower, RolloutFeed } from '../../../src/api/events/rollout-feed.js';
import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import { until } from '../../support/wait.js';
import { runningRollout } from '../support/views.js';

const first = runningRollout();
const ended = runningRollout({ status: 'Succeeded', execution: 'COMPLETED' });
const next = runningRollout({ rolloutId: 'run-2' });
const paused = runningRollout({ rolloutId: 'run-2', status: 'Paused' });

let feed: RolloutFeed;
afterEach(() => feed.close());

/** A follower that notes what it gets. */
function follower() {
  const got: string[] = [];
  const note =
    (what: string) =>
    (event?: unknown): void =>
      void got.push((event as { type?: string } | undefined)?.type ?? what);
  const noting: Follower = {
    event: note('event'),
    failed: note('failed'),
    ended: note('ended'),
    closed: note('closed'),
  };
  return { got, noting };
}

it('goes on for those who follow the next rollout when a late one of the last leaves', async () => {
  let view: RolloutView = first;
  feed = new RolloutFeed({ look: async () => view, intervalMs: 5 });
  const late = follower();
  const leave = await feed.follow('shop', undefined, late.noting);
  view = ended;
  await until('the first rollout is over', () => late.got.includes('ended'));
  view = next;
  const other = follower();
  await feed.follow('shop', undefined, other.noting);
  leave();
  view = paused;
  await until('the other hears of it', () => other.got.length > 1, {
    timeoutMs: 5_000,
    intervalMs: 5,
  });
  expect(other.got).toEqual(['snapshot', 'change']);
});
