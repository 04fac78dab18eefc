import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planWorkflowId, TASK_QUEUE, WorkflowType } from '../../../src/rollout/names.js';
import { openClient, type TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { createPlans, type Plans } from '../../../src/temporal/starting/plans.js';
import { until } from '../../support/wait.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';

/** Nobody works on plans here: what is started runs until it is cancelled. */
describe('plans in a real Temporal', () => {
  let server: DevServer;
  let access: TemporalAccess;
  let plans: Plans;

  beforeAll(async () => {
    server = await startDevServer();
    access = openClient({ address: server.address, namespace: 'default' });
    plans = createPlans(access);
  });
  afterAll(async () => {
    await access?.close();
    await server?.stop();
  });

  const start = (mesh: string, from = plans) =>
    from.start({ mesh, document: { mesh }, remotes: 400, requestedBy: 'ada' });
  const execution = async (planId: string) =>
    (await access.client.workflow.getHandle(`plan/${planId}`).describe()).status.name;
  const running = () => access.client.workflow.count("WorkflowType = 'plan' AND ExecutionStatus = 'Running'");
  const noneRuns = () => until('no plan runs', async () => (await running()).count === 0);

  it('run three at a time for a mesh, and ten in all, also when all are asked for at once', async () => {
    const ofMesh = await Promise.allSettled(Array.from({ length: 6 }, () => start('shop')));
    const started = ofMesh.flatMap((each) => (each.status === 'fulfilled' ? [each.value.planId] : []));
    expect(started).toHaveLength(3);
    for (const each of ofMesh) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'plans-busy' });
    }
    for (let number = 4; number <= 10; number++) started.push((await start(`mesh-${number}`)).planId);
    await expect(start('one-more')).rejects.toMatchObject({
      code: 'plans-busy',
      message: '10 plans run already: at most 3 of a mesh and 10 in all may run at the same time.',
    });
    // Another API server knows them by Temporal's visibility alone.
    await until('all are listed', async () => (await running()).count === 10);
    await expect(start('one-more', createPlans(access))).rejects.toMatchObject({ code: 'plans-busy' });
    await Promise.all(started.map((planId) => plans.cancel(planId)));
    await noneRuns();
    const { planId } = await until('there is a place again', () => start('shop').catch(() => undefined));
    await plans.cancel(planId);
    await noneRuns();
  });

  it('are cancelled also while no worker runs, and say so', async () => {
    const { planId } = await start('shop');
    await plans.cancel(planId);
    expect(await plans.get(planId)).toMatchObject({
      planId,
      mesh: 'shop',
      status: 'Failed',
      attention: { code: 'plan-cancelled' },
    });
    expect(await execution(planId)).toBe('TERMINATED');
    await plans.cancel(planId);
  });

  it('that somebody ends in Temporal are not called cancelled', async () => {
    const { planId } = await start('shop');
    await access.client.workflow.getHandle(`plan/${planId}`).terminate();
    expect((await plans.get(planId)).attention?.code).toBe('plan-ended');
    await plans.cancel(planId);
    expect((await plans.get(planId)).attention?.code).toBe('plan-ended');
  });

  it('have time for their remotes', async () => {
    const { planId } = await start('shop');
    const { raw } = await access.client.workflow.getHandle(`plan/${planId}`).describe();
    expect(Number(raw.executionConfig?.workflowExecutionTimeout?.seconds)).toBe(3_600);
    await plans.cancel(planId);
  });

  it('that there are none of cannot be cancelled', async () => {
    const unknown = '0b0c3c1e-9f4e-4d53-8f0e-6f0a8a1c2d3e';
    await expect(plans.cancel(unknown)).rejects.toMatchObject({ code: 'plan-not-found' });
  });

  it('has ended without a result when its workflow was ended from outside', async () => {
    const { planId, workflowId } = await plans.start({
      mesh: 'shop',
      document: {},
      remotes: 1,
      requestedBy: 'ada',
    });
    expect(await plans.get(planId)).toMatchObject({
      planId,
      mesh: 'shop',
      requestedBy: 'ada',
      status: 'Running',
    });
    await access.client.workflow.getHandle(workflowId).terminate();
    expect(await plans.get(planId)).toMatchObject({
      status: 'Failed',
      attention: { code: 'plan-ended', action: 'Ask for a new plan.' },
      finishedAt: expect.any(Number),
    });
  });

  it('has ended without a result after its deadline', async () => {
    const planId = randomUUID();
    await access.client.workflow.start(WorkflowType.plan, {
      workflowId: planWorkflowId(planId),
      taskQueue: TASK_QUEUE,
      workflowExecutionTimeout: '1 second',
    });
    const view = await until('the plan to end', async () => {
      const now = await plans.get(planId);
      return now.status === 'Running' ? undefined : now;
    });
    expect(view).toMatchObject({ status: 'Failed', attention: { code: 'plan-ended' } });
  });

  it('is not found under an ID that no plan has', async () => {
    await expect(plans.get(randomUUID())).rejects.toMatchObject({ code: 'plan-not-found' });
  });
});
