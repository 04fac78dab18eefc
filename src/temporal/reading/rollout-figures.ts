import { concurrently } from '../../base/concurrency/concurrently.js';
import { ERRORS, FINDINGS } from '../../rollout/codes.js';
import { SearchAttribute, WorkflowType } from '../../rollout/names.js';
import type { RolloutProgress } from '../../rollout/progress/progress.js';
import type { Status } from '../../rollout/steps.js';
import type { TemporalAccess } from '../connection/connection.js';
import { queryProgress } from './query-progress.js';
import { rolloutFacts } from './rollout-facts.js';

/** The number of rollouts, and what their clusters wait for. */
export interface RolloutFigures {
  /** The number of rollouts that Temporal stores, by status. A status without rollouts is absent. */
  readonly rollouts: ReadonlyMap<Status, number>;
  /** The number of clusters of running rollouts that wait for a person, by code. */
  readonly parkedByCode: ReadonlyMap<string, number>;
  /** The number of running rollouts for which no worker answered. */
  readonly withoutAnswer: number;
}

const LIST_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 2_000;
const CONCURRENCY = 10;
/** More than the number of concurrent rollouts in practice. The rest counts as unanswered. */
const MOST_QUERIES = 50;

/**
 * Reads the figures from Temporal, within a few seconds: one list, three counts, and one query for each running
 * rollout.
 * @throws the errors of {@link TemporalAccess.call}, except for workers that do not answer
 */
export async function readFigures(access: TemporalAccess): Promise<RolloutFigures> {
  const [running, rollouts] = await Promise.all([listRunning(access), countEnded(access)]);
  for (const { status } of running) rollouts.set(status, (rollouts.get(status) ?? 0) + 1);
  const asked = running.slice(0, MOST_QUERIES);
  const told = await concurrently(asked, CONCURRENCY, ({ mesh }) => progressOf(access, mesh));
  const parkedByCode = new Map<string, number>();
  for (const code of told.flatMap((progress) => (progress ? parkedCodes(progress) : []))) {
    parkedByCode.set(code, (parkedByCode.get(code) ?? 0) + 1);
  }
  const withoutAnswer =
    running.length - asked.length + told.filter((progress) => progress === undefined).length;
  return { rollouts, parkedByCode, withoutAnswer };
}

async function listRunning(access: TemporalAccess): Promise<{ mesh: string; status: Status }[]> {
  const query = `WorkflowType = '${WorkflowType.rollout}' AND ExecutionStatus = 'Running'`;
  return access.call(LIST_TIMEOUT_MS, async () => {
    const running: { mesh: string; status: Status }[] = [];
    for await (const workflow of access.client.workflow.list({ query, pageSize: 1000 })) {
      const { mesh, status } = rolloutFacts(workflow, undefined);
      running.push({ mesh, status });
    }
    return running;
  });
}

/** Returns the number of finished rollouts by status, with the statuses of {@link rolloutFacts}. */
async function countEnded(access: TemporalAccess): Promise<Map<Status, number>> {
  const count = (condition: string) =>
    access.call(LIST_TIMEOUT_MS, () =>
      access.client.workflow.count(`WorkflowType = '${WorkflowType.rollout}' AND ${condition}`),
    );
  const [completed, aborted, broken] = await Promise.all([
    count(`ExecutionStatus = 'Completed'`),
    count(`ExecutionStatus = 'Completed' AND ${SearchAttribute.status} = 'Aborted'`),
    count(`ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')`),
  ]);
  const succeeded = completed.count - aborted.count;
  const ended: [Status, number][] = [
    ['Succeeded', succeeded],
    ['Aborted', aborted.count + broken.count],
  ];
  return new Map(ended.filter(([, number]) => number > 0));
}

async function progressOf(access: TemporalAccess, mesh: string): Promise<RolloutProgress | undefined> {
  try {
    const queried = await queryProgress(access, mesh, QUERY_TIMEOUT_MS);
    return queried.worker === 'answers' ? queried.progress : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the codes of parked clusters. Workflows of other versions may have codes that the catalogue lacks; those
 * count as one code.
 */
function parkedCodes({ clusters }: RolloutProgress): string[] {
  return clusters.flatMap(({ status, attention }) => {
    if (status !== 'NeedsAttention') return [];
    const code = attention?.code ?? 'internal-error';
    return code in FINDINGS || code in ERRORS ? code : 'internal-error';
  });
}
