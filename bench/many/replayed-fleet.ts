import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Lab } from '../../lab/lab.js';
import type { ToolPaths } from '../../lab/tools/tool-names.js';
import { rolloutWorkflowId } from '../../src/rollout/names.js';
import { MESH, type RolloutRun, startRollouts } from '../fleet/by-rollout.js';
import { untilQuiet } from '../processes/quiet.js';
import { type ReplayTime, replayTime } from '../temporal/replay-time.js';
import { fleetName } from './identities.js';
import { FLEET, writeInventory, writeKubeconfig } from './inventory.js';
import { forget, type RecordedCluster } from './record.js';
import { type ReplayMessage, startReplay } from './replay.js';

/** A rollout over stand-ins. */
export interface ReplayedRun {
  readonly rollout: RolloutRun;
  /** CPU seconds of the stand-ins; they share the machine with everything else. */
  readonly standInCpu: number;
  /** The replay time of the rollout's own workflow. */
  readonly replay: ReplayTime;
  readonly counts: Extract<ReplayMessage, { type: 'counts' }>;
}

/** The delay of a response, in addition to the delays of a busy machine. */
const LATENCY_MS = 20;
/** What a user with hundreds of clusters would set; the default of 10 is for a first try. */
const STRATEGY = { maxConcurrency: 50 };

/** Rolls out over a number of stand-ins with a worker that has just started. */
export async function rollOutReplayed(
  lab: Lab,
  tools: ToolPaths,
  recorded: RecordedCluster,
  clusters: number,
  environment: Record<string, string> = {},
): Promise<ReplayedRun> {
  const folder = join(lab.directory, `fleet-of-${clusters}`);
  await mkdir(folder);
  const replay = await startReplay({ ...recorded, clusters, latencyMs: LATENCY_MS });
  const remotes = await Promise.all(
    replay.ports.map(async (port, i) => {
      const name = fleetName(i + 1);
      const access = { ...recorded, server: `https://127.0.0.1:${port}` };
      return { name, kubeconfig: await writeKubeconfig(folder, name, access) };
    }),
  );
  const inventory = await writeInventory(folder, lab.primary, remotes);
  const rollouts = await startRollouts(lab, tools, { MESH_ROLLOUT_INVENTORY: inventory, ...environment });
  const names = remotes.map(({ name }) => name);
  try {
    await untilQuiet(lab);
    const before = await replay.cpu();
    const rollout = await rollouts.run({
      primary: lab.primary.name,
      remotes: names,
      selector: FLEET,
      strategy: STRATEGY,
    });
    const standInCpu = (await replay.cpu()) - before;
    await rollouts.endWorker();
    return { rollout, standInCpu, replay: await replayOf(lab), counts: await replay.counts() };
  } finally {
    await rollouts.close();
    await forget(lab.primary, names).catch(() => {});
    await replay.end();
  }
}

async function replayOf(lab: Lab): Promise<ReplayTime> {
  const connection = await Connection.connect({ address: lab.temporal.address });
  try {
    return await replayTime(new Client({ connection }), rolloutWorkflowId(MESH));
  } finally {
    await connection.close();
  }
}
