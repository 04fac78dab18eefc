import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { checkoutFolder } from '../../lab/tools/recipes-folder.js';
import type { Activities } from '../../src/rollout/activities.js';
import { rolloutWorkflowId, WorkflowType } from '../../src/rollout/names.js';
import type { ResolvedRollout } from '../../src/rollout/resolved.js';
import type { Figure } from '../report/figure.js';

const MESH = 'bare';
/** Time in which a worker's start, and what V8 compiles behind it, is over. */
const SETTLE_MS = 5_000;

/**
 * What a remote costs before anything is done in it: the real workflows on a real Temporal, with activities that return at
 * once. A new worker's first rollout, and its second.
 *
 * @param address of Temporal
 * @returns CPU seconds of this process, which is the worker and the client, for a remote
 */
export async function bareRollouts(address: string, remotes: number): Promise<Figure[]> {
  const [connection, native] = [
    await Connection.connect({ address }),
    await NativeConnection.connect({ address }),
  ];
  const worker = await Worker.create({
    connection: native,
    taskQueue: MESH,
    workflowBundle: { codePath: join(await checkoutFolder(), 'dist', 'workflow-bundle.js') },
    activities: idle(resolved(remotes)),
  });
  const client = new Client({ connection });
  const figures: Figure[] = [];
  await worker.runUntil(async () => {
    for (const which of ['first rollout', 'second rollout']) {
      await sleep(SETTLE_MS);
      const before = process.cpuUsage();
      await client.workflow.execute(WorkflowType.rollout, {
        workflowId: rolloutWorkflowId(MESH),
        taskQueue: MESH,
        args: [{}],
      });
      const { user, system } = process.cpuUsage(before);
      const what = `CPU of a remote in which nothing is done: worker and client, ${which}`;
      figures.push({ what, value: (user + system) / 1e6 / remotes, unit: 's' });
    }
  });
  await Promise.all([native.close(), connection.close()]);
  return figures;
}

function resolved(remotes: number): ResolvedRollout {
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
    maxFailures: 0,
    progressDeadlineMs: 600_000,
    accept: [],
  };
}

/** The activities that a rollout without any trouble calls; each returns at once what it returns when all is well. */
function idle(rollout: ResolvedRollout): Partial<Activities> {
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
    verifyRemote: async () => ({ ...(await step()), synced: 1, webhookCA: true, endpoints: addresses }),
    labelNamespaces: step,
    verifyInjection: async () => ({
      ...(await step()),
      injected: ['default'],
      unproven: [],
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
