import { pause } from '../../src/base/concurrency/pause.js';
import type { Activities } from '../../src/rollout/activities.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { EndpointFollower } from './endpoint-follower.js';

/** istiod's own readiness probe asks no more often. */
const LOOK_EVERY_MS = 1_000;
/** How long it stays where it would keep steps from running. */
const TURN_MS = 10_000;

/**
 * The activity `followEndpoints`. It ends with a transient failure, so that Temporal starts it elsewhere, when its worker
 * stops, and when more rollouts are followed than half of the worker's places: steps must always find one.
 */
export function followEndpoints(dependencies: ActivityDependencies): Activities['followEndpoints'] {
  let followed = 0;
  return defineActivity(async (input, step) => {
    const startedAt = Date.now();
    const follower = new EndpointFollower(dependencies, input, step);
    followed += 1;
    try {
      for (;;) {
        await follower.look();
        const isCrowded = followed > dependencies.maxActivities / 2 && Date.now() - startedAt > TURN_MS;
        if (isCrowded || dependencies.isStopping()) {
          throw new RolloutError(
            'endpoints-handed-over',
            `the worker ${isCrowded ? 'needs the place' : 'stops'}`,
          );
        }
        await pause(LOOK_EVERY_MS, step.signal);
      }
    } finally {
      followed -= 1;
      await follower.settle();
    }
  });
}
