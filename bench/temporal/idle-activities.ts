import { Context } from '@temporalio/activity';
import type { Activities } from '../../src/rollout/activities.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';

/** The mesh of these rollouts, and the task queue of their worker. */
export const MESH = 'bare';

/** A rollout of so many remotes; failures hold none of them back. */
export function resolved(remotes: number): ResolvedRollout {
  const clusters = Array.from({ length: remotes }, (_, index) => `bare-${index + 1}`);
  return {
    version: 1,
    mesh: MESH,
    release: '1.31',
    revision: 'default',
    installer: 'istioctl',
    istioNamespace: 'istio-system',
    meshID: MESH,
    network: 'network1',
    values: {},
    primary: { cluster: 'bare-hub', profile: 'minimal', values: {} },
    remotes: clusters.map((cluster) => ({ cluster })),
    remoteValues: [],
    namespaces: [{ name: 'default', injection: 'enabled' }],
    waves: [{ name: 'rest', clusters, minSuccessTimeMs: 0 }],
    maxConcurrency: 10,
    maxFailures: remotes,
    progressDeadlineMs: 600_000,
    accept: [],
  };
}

/** The activities that a rollout without any trouble calls; each returns at once what it returns when all is well. */
export function idle(rollout: ResolvedRollout): Partial<Activities> {
  const step = async () => ({ changed: 0, objects: 1, summary: 'nothing' });
  const addresses = ['10.0.0.1'];
  return {
    resolve: async () => rollout,
    inspectClusters: async ({ clusters }) =>
      clusters.map(({ cluster }) => {
        const number = rollout.remotes.findIndex((remote) => remote.cluster === cluster) + 1;
        return {
          cluster,
          uid: cluster,
          kubernetesVersion: 'v1.34.4',
          podCIDRs: [`10.${number}.0.0/16`],
          serviceCIDRs: [`172.${number}.0.0/16`],
          unreachable: false,
          findings: [],
        };
      }),
    deployPrimary: step,
    collectEndpoints: async () => ({ ...(await step()), addresses }),
    prepareNamespace: step,
    installRemote: async () => ({ ...(await step()), injectorWasLive: false }),
    registerRemote: step,
    activateInjection: step,
    verifyRemote: async () => ({ ...(await step()), proofs: [], endpoints: addresses }),
    labelNamespaces: step,
    verifyInjection: async () => ({
      ...(await step()),
      proofs: [{ what: 'injection', value: 'default', proven: true }],
      podsWithoutSidecar: 0,
    }),
    followEndpoints: untilCancelled,
  };
}

/** What follows istiod ends with its rollout: a cancellation comes with the answer to a heartbeat. */
async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 1_000);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}
