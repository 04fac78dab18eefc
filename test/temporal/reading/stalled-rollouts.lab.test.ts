import { afterAll, beforeAll, expect, test } from 'vitest';
import { rolloutWorkflowId, WorkflowType } from '../../../src/rollout/names.js';
import { openClient, type TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { ensureSearchAttributes } from '../../../src/temporal/connection/search-attributes.js';
import { getRollout } from '../../../src/temporal/reading/get-rollout.js';
import { stopStalledRollouts } from '../../../src/temporal/reading/stalled-rollouts.js';
import { until } from '../../support/wait.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';

let server: DevServer;
let access: TemporalAccess;

beforeAll(async () => {
  server = await startDevServer();
  access = openClient({ address: server.address, namespace: 'default' });
  await ensureSearchAttributes(access);
});

afterAll(async () => {
  await access?.close();
  await server?.stop();
});

/** A rollout on a task queue of its own, whose workflow tasks have one second. */
async function start(mesh: string): Promise<void> {
  await access.client.workflow.start(WorkflowType.rollout, {
    workflowId: rolloutWorkflowId(mesh),
    taskQueue: mesh,
    workflowTaskTimeout: '1 second',
  });
}

/** Takes the next workflow task of a rollout, as a worker does; returns its token. */
async function take(mesh: string): Promise<Uint8Array> {
  const poll = () =>
    access.client.workflowService.pollWorkflowTaskQueue({
      namespace: 'default',
      taskQueue: { name: mesh },
      identity: 'a worker that is about to die',
    });
  return await until('a workflow task', async () => {
    // A poll is answered when there is a task, at the latest after a minute.
    const { taskToken } = await access.call(70_000, poll);
    return taskToken?.length ? taskToken : undefined;
  });
}

const attempt = async (mesh: string) => {
  const { raw } = await access.client.workflow.getHandle(rolloutWorkflowId(mesh)).describe();
  return raw.pendingWorkflowTask?.attempt ?? 0;
};

test('a rollout that has ended four workers in a row is stopped and says why; others are not', async () => {
  const [deadly, unlucky, broken] = ['deadly', 'unlucky', 'broken'];
  await Promise.all([deadly, unlucky, broken].map(start));
  for (let worker = 1; worker <= 4; worker++) await take(deadly);
  // A worker that is replaced twice in the middle of a task.
  for (let worker = 1; worker <= 2; worker++) await take(unlucky);
  // The code of this one fails: its worker lives, and may be replaced by one with better code.
  for (let tries = 1; tries <= 5; tries++) {
    const taskToken = await take(broken);
    await access.client.workflowService.respondWorkflowTaskFailed({ taskToken, namespace: 'default' });
  }
  await until('the fourth worker is given up', async () => (await attempt(deadly)) > 4);
  await until('all are listed', async () => {
    const { count } = await access.client.workflow.count("ExecutionStatus = 'Running'");
    return count === 3;
  });

  expect(await stopStalledRollouts(access)).toEqual([rolloutWorkflowId(deadly)]);
  const stopped = await getRollout(access, deadly);
  expect(stopped).toMatchObject({
    execution: 'TERMINATED',
    status: 'Aborted',
    attention: {
      code: 'workflow-stalled',
      message: expect.stringMatching(/^its workflow task timed out 4 times in a row/),
    },
  });
  await until('the list knows it', async () => {
    const { count } = await access.client.workflow.count("ExecutionStatus = 'Running'");
    return count === 2;
  });
  expect(await stopStalledRollouts(access)).toEqual([]);
});
