import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir, hostname, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Client, HistoryAndWorkflowId } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { packageVersion } from '../../../src/base/package-version.js';

/** One run of a workflow. */
interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

/**
 * One workflow's history, in the JSON that protobufjs makes of Temporal's message `History`. (`historyToJSON` of
 * @temporalio/common 1.23 needs its protobufjs to be the one of @temporalio/proto, which npm does not see to.)
 */
interface StoredHistory {
  readonly workflowId: string;
  readonly history: { readonly events: readonly Record<string, unknown>[] };
}

/** A file of test/histories: what the workflows of one test went through. */
export interface StoredHistories {
  /** Version of mesh-rollout and name of the file, such as `0.1.0/a-rollout-goes-wave-by-wave`. */
  readonly name: string;
  /** As text, for looking into it. */
  readonly text: string;
  readonly histories: readonly HistoryAndWorkflowId[];
}

const FOLDER = fileURLToPath(new URL('../../histories/', import.meta.url));

/** Every stored history; files are gzipped JSON. */
export function storedHistories(): StoredHistories[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json.gz'))
    .sort()
    .map((file) => {
      const text = gunzipSync(readFileSync(`${FOLDER}${file}`)).toString('utf8');
      const histories = (JSON.parse(text) as StoredHistory[]).map(({ workflowId, history }) => ({
        workflowId,
        history: temporal.api.history.v1.History.fromObject(history),
      }));
      return { name: file.replace(/\.json\.gz$/, ''), text, histories };
    });
}

const recorded = new Map<string, StoredHistory[]>();

/**
 * Adds the histories of workflows, of their children and of the runs that they continued as, to the file of a test.
 * @param test the test's name; the file is called after it
 * @throws Error when something of this machine would be written
 */
export async function recordHistories(client: Client, test: string, runs: readonly Run[]): Promise<void> {
  const histories = recorded.get(test) ?? [];
  recorded.set(test, histories);
  const seen = new Set<string>();
  const add = async ({ workflowId, runId }: Run): Promise<void> => {
    if (seen.has(runId)) return;
    seen.add(runId);
    const fetched = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const history = JSON.parse(JSON.stringify(fetched), scrub) as StoredHistory['history'];
    histories.push({ workflowId, history });
    for (const next of followed(workflowId, history)) await add(next);
  };
  for (const run of runs) await add(run);

  const text = JSON.stringify(histories);
  assertNothingOfThisMachine(text);
  const folder = `${FOLDER}${await packageVersion()}/`;
  await mkdir(folder, { recursive: true });
  const name = test
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80);
  await writeFile(`${folder}${name}.json.gz`, gzipSync(text, { level: 9 }));
}

/** Children that have started, and the next run. */
function followed(workflowId: string, { events }: StoredHistory['history']): Run[] {
  return events.flatMap((event) => {
    const { workflowExecution, newExecutionRunId } = attributes(event);
    if (event.eventType === 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED') return [workflowExecution as Run];
    return newExecutionRunId ? [{ workflowId, runId: String(newExecutionRunId) }] : [];
  });
}

function attributes(event: Record<string, unknown> | undefined): Record<string, unknown> {
  const key = Object.keys(event ?? {}).find((name) => name.endsWith('EventAttributes'));
  return (key ? event?.[key] : {}) as Record<string, unknown>;
}

/** Takes out what tells of the machine and nothing of the workflow: who polled, and stacks. */
function scrub(key: string, value: unknown): unknown {
  if (key === 'identity') return 'worker';
  if (key === 'stackTrace') return '';
  if (key === 'taskQueue') return { name: 'mesh-rollout', kind: 'TASK_QUEUE_KIND_NORMAL' };
  return value;
}

/** Words that only the machine knows on which a history was recorded. */
function assertNothingOfThisMachine(text: string): void {
  const readable = readableText(text);
  const words = [process.cwd(), homedir(), tmpdir(), hostname()].filter((word) => word.length > 3);
  const found = words.filter((word) => readable.includes(word));
  if (found.length > 0) throw new Error(`a history tells of this machine: ${found.join(', ')}`);
}

/** A stored text with its payloads decoded. */
export function readableText(text: string): string {
  const data = [...text.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map(([, base64 = '']) =>
    Buffer.from(base64, 'base64').toString('utf8'),
  );
  return [text, ...data].join('\n');
}
