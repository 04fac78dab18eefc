import type { Activities } from '../../src/rollout/activities.js';
import type { PrimaryInput } from '../../src/rollout/resolve/resolved.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { PlannedSite } from './planned-site.js';

/** The activity `planPrimary`: the step `deploy-primary` on a dry-run client. */
export function planPrimary({ clusters, installers }: ActivityDependencies): Activities['planPrimary'] {
  return defineActivity(
    async (input: PrimaryInput, step) => {
      const installer = installers.of(input);
      const site = await PlannedSite.of(clusters, { primary: input.primary }, step);
      await installer.steps['deploy-primary'](site, input);
      const now = await clusters.get(input.primary);
      const controlPlaneMoves = await installer.movesControlPlane(now, site.cluster, input, step.signal);
      return { ...site.plan(), controlPlaneMoves };
    },
    ({ primary }) => primary,
  );
}
