import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll } from 'vitest';
import { checkoutFolder } from '../../../lab/tools/recipes-folder.js';
import { TASK_QUEUE } from '../../../src/rollout/names.js';
import { useLab } from '../lab.js';
import { productIsInUse } from '../product.js';
import { historiesOf, replayFailures } from '../workflows/replay.js';

/** Closed runs that have been replayed; those that are still open are replayed again after the next file. */
const shared = globalThis as { replayedRuns?: Set<string> };
shared.replayedRuns ??= new Set();
const replayed = shared.replayedRuns;

/**
 * Set-up of the project `lab`: what the product's workflows went through in a file is replayed on the bundle that the
 * product runs on. A worker that takes a workflow over after a crash does the same, but here every history is, whole.
 */
afterAll(async () => {
  if (!productIsInUse()) return;
  const { temporal } = await useLab();
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const codePath = join(await checkoutFolder(), 'dist', 'workflow-bundle.js');
    const histories = historiesOf(new Client({ connection }), TASK_QUEUE, replayed);
    const failures = await replayFailures({ codePath }, histories);
    if (failures.length > 0) throw new Error(`cannot be replayed: ${failures.join('\n')}`);
  } finally {
    await connection.close();
  }
});
