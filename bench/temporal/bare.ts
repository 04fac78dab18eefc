import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { checkoutFolder } from '../../lab/tools/recipes-folder.js';
import { rolloutWorkflowId, WorkflowType } from '../../src/rollout/names.js';
import type { Figure } from '../report/figure.js';
import { idle, MESH, resolved } from './idle-activities.js';

/** The time after which a worker's start, including V8's compilation, has finished. */
const SETTLE_MS = 5_000;

/**
 * Returns what a remote costs before any work is done in it: the real workflows on a real Temporal, with activities
 * that return immediately. Measures the first and the second rollout of a new worker.
 *
 * @param address the address of Temporal
 * @returns CPU seconds per remote of this process, which is both worker and client
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
