import { remoteSecretName } from '../../src/istio/access/remote-secret.js';
import { readNamespace } from '../../src/kubernetes/facts/namespaces.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { PlanRemoteInput, RemotePlan } from '../../src/rollout/plan/plan.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { PlannedSite } from './planned-site.js';

/** The activity `planRemote`: every step of a remote that writes, in their order, on dry-run clients. */
export function planRemote({ clusters, installers }: ActivityDependencies): Activities['planRemote'] {
  return defineActivity(
    async (input: PlanRemoteInput, step) => {
      const { steps } = installers.of(input);
      const site = await PlannedSite.of(clusters, input, step);
      const injection = { ...input, wasLive: false };
      await steps['prepare-namespace'](site, input);
      await steps['install-remote'](site, input);
      step.heartbeat('tries the registration');
      await assumeNamespace(site, input);
      await steps['register-remote'](site, input);
      await steps['activate-injection'](site, injection);
      await steps['label-namespaces'](site, injection);
      const { podsWithoutSidecar } = await steps['verify-injection'](site, injection);
      const named = input.namespaces.map(({ name }) => name);
      return { ...site.plan(named), podsWithoutSidecar, registration: registrationOf(site, input) };
    },
    ({ cluster }) => cluster,
  );
}

/** The primary's own step makes its namespace. */
async function assumeNamespace(
  { primary, step: { signal } }: PlannedSite,
  { istioNamespace: name }: PlanRemoteInput,
): Promise<void> {
  if ((await readNamespace(primary, name, { signal })) !== undefined) return;
  primary.assume({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** The remote secret stands in the primary, so that it is no part of the remote's own objects. */
function registrationOf(
  { primary }: PlannedSite,
  { cluster, istioNamespace }: PlanRemoteInput,
): RemotePlan['registration'] {
  const secret = `${istioNamespace}/${remoteSecretName(cluster)}`;
  const [written] = primary.outcomes;
  const isWritten = written?.action === 'create' || written?.action === 'change';
  return { action: isWritten ? written.action : 'keep', secret };
}
