import { Client, Connection } from '@temporalio/client';
import type { Lab } from '../../lab/lab.js';
import type { LabProcess } from '../../lab/processes/process-table.js';
import { type Product, prepareProduct } from '../../lab/product.js';
import type { ToolPaths } from '../../lab/tools/tool-names.js';
import { clusterWorkflowId, rolloutWorkflowId } from '../../src/rollout/names.js';
import { type CpuByProgram, cpuBetween, labCpu } from '../processes/cpu-by-program.js';
import { cpuByThread } from '../processes/cpu-by-thread.js';
import { CpuTrace } from '../processes/cpu-trace.js';
import { peakMemory } from '../processes/proc-stat.js';
import { untilQuiet } from '../processes/quiet.js';
import { type HistoryFacts, historyFacts } from '../temporal/histories.js';
import { runTime } from '../temporal/run-times.js';
import { expectAttached } from './attached.js';

/** The mesh of every rollout here. */
export const MESH = 'bench';

/** One rollout over a lab. */
export interface RolloutRun {
  /** Seconds from the HTTP request to the end of the workflow, all proofs and the primary's control plane included. */
  readonly wall: number;
  /** The same without the workflow of the primary, but with the checks before it. */
  readonly remotesWall: number;
  /** CPU seconds of the worker and its children, without those while the primary's workflow ran. */
  readonly remotesCpu: number;
  /** CPU seconds of everything else in that time. */
  readonly others: CpuByProgram;
  /** CPU seconds of the worker by its threads, the primary's part included. */
  readonly threads: CpuByProgram;
  /** Peak memory of the worker since its start, in MB. */
  readonly peakMemory: number;
  /** The history of each run of the rollout's own workflow. */
  readonly ownHistories: readonly HistoryFacts[];
  /** The primary's history and those of the remotes. */
  readonly histories: readonly HistoryFacts[];
  readonly changed: number;
}

/** What is rolled out. */
export interface RolloutClusters {
  readonly primary: string;
  readonly remotes: readonly string[];
  /** Selects exactly these remotes in the document. @default they are listed by name */
  readonly selector?: object;
  readonly strategy?: object;
}

/** A worker and an API for a lab, and a client of its Temporal. */
export interface Rollouts {
  /** Rolls out over the clusters and waits for the end. */
  run(clusters: RolloutClusters): Promise<RolloutRun>;
  /** Kills the worker and starts another one without any state of the first. */
  newWorker(): Promise<void>;
  /** Ends the worker with SIGTERM, so that it can write a profile. */
  endWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Starts worker and API against a lab. */
export async function startRollouts(
  lab: Lab,
  tools: ToolPaths,
  environment: Record<string, string> = {},
): Promise<Rollouts> {
  const product = await prepareProduct(lab, tools, environment);
  const connection = await Connection.connect({ address: lab.temporal.address });
  let worker: LabProcess | undefined;
  try {
    worker = await product.startWorker();
    await product.startServer();
  } catch (error) {
    await connection.close();
    await product.stop();
    throw error;
  }
  const client = new Client({ connection });
  return {
    run: (clusters) => rollOut(lab, product, client, worker?.pid ?? 0, clusters),
    newWorker: async () => {
      worker = await product.restartWorker();
    },
    endWorker: async () => {
      await worker?.end('SIGTERM');
    },
    close: async () => {
      await connection.close();
      await product.stop();
    },
  };
}

/**
 * Rolls out over a fresh lab three times: from scratch, again with the same worker, and again with a new worker
 * without any state.
 */
export async function attachByRollout(
  lab: Lab,
  tools: ToolPaths,
  environment: Record<string, string> = {},
): Promise<{ first: RolloutRun; again: RolloutRun; anew: RolloutRun }> {
  const clusters = { primary: lab.primary.name, remotes: lab.remotes.map(({ name }) => name) };
  const rollouts = await startRollouts(lab, tools, environment);
  try {
    await untilQuiet(lab);
    const first = await rollouts.run(clusters);
    await expectAttached(lab);
    await untilQuiet(lab);
    const again = await rollouts.run(clusters);
    await rollouts.endWorker();
    await rollouts.newWorker();
    await untilQuiet(lab);
    const anew = await rollouts.run(clusters);
    await expectAttached(lab);
    for (const run of [again, anew]) {
      if (run.changed !== 0)
        throw new Error(`a rollout of the unchanged fleet changed ${run.changed} objects`);
    }
    return { first, again, anew };
  } finally {
    await rollouts.close();
  }
}

async function rollOut(
  lab: Lab,
  { api }: Product,
  client: Client,
  worker: number,
  { primary, remotes, selector, strategy }: RolloutClusters,
): Promise<RolloutRun> {
  const [before, threadsBefore] = [await labCpu(lab), await cpuByThread(worker)];
  const trace = CpuTrace.start(worker);
  const startedAt = performance.now();
  const answer = await fetch(`${api}/v1/rollouts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      mesh: MESH,
      release: '1.31',
      primary: { cluster: primary },
      remotes: selector ? [{ selector }] : remotes.map((cluster) => ({ cluster })),
      namespaces: [{ name: 'default', injection: 'enabled' }],
      ...(strategy && { strategy }),
    }),
  });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${await answer.text()}`);
  const summary = (await client.workflow.getHandle(rolloutWorkflowId(MESH)).result()) as Summary;
  const wall = (performance.now() - startedAt) / 1000;
  const cpu = await trace.stop();
  const others = cpuBetween(before, await labCpu(lab));
  const threads = cpuBetween(threadsBefore, await cpuByThread(worker));
  if (summary.succeeded !== remotes.length) throw new Error(`the rollout ended: ${JSON.stringify(summary)}`);

  const { start, close } = await runTime(client, clusterWorkflowId(primary));
  const histories: HistoryFacts[] = [];
  for (const cluster of [primary, ...remotes])
    histories.push(...(await historyFacts(client, clusterWorkflowId(cluster))));
  return {
    wall,
    remotesWall: wall - (close - start) / 1000,
    remotesCpu: cpu.total - cpu.between(start, close),
    others,
    threads,
    peakMemory: await peakMemory(worker),
    ownHistories: await historyFacts(client, rolloutWorkflowId(MESH)),
    histories,
    changed: summary.changed,
  };
}

/** The part of the workflow's result that matters here. */
interface Summary {
  readonly succeeded: number;
  readonly changed: number;
}
