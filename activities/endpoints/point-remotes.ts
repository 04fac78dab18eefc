import { pointAll } from '../../src/istio/endpoints/point-all.js';
import type { Activities } from '../../src/rollout/activities.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';

/** The activity `pointRemotes`. */
export function pointRemotes({ clusters, installers }: ActivityDependencies): Activities['pointRemotes'] {
  return defineActivity(async (input, step) => {
    const giveUpAt = Math.min(Date.now() + input.patienceMs, step.deadline);
    const { endpoints } = installers.of(input);
    return await pointAll({ clusters, endpoints }, input, input.clusters, giveUpAt, step);
  });
}
