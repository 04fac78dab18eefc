import { afterEach, describe, expect, it } from 'vitest';
import { TemporalError } from '../../src/temporal/connection/temporal-error.js';
import type { PlanView } from '../../src/temporal/reading/plan-view.js';
import { type FakeApi, fakeApi } from '../api/support/api.js';
import { finishedPlan, PLAN_ID, runningPlan } from '../api/support/plans.js';
import { cli } from './support/run.js';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.app.close();
  api = undefined;
});

const files = { 'shop.yaml': 'mesh: shop\nremotes:\n  - cluster: eu-1\n' };

/** Runs `plan` against an API that gives these views, one after the other. */
async function plan(views: readonly PlanView[], ...more: string[]) {
  const left = [...views];
  api = await fakeApi({
    plans: { get: async () => (left.length > 1 ? left.shift() : left[0]) as PlanView },
  });
  return cli(['plan', '-f', 'shop.yaml', ...more], { api: api.app, files });
}

const cancelled = () => api?.calls.filter(([name]) => name === 'cancelPlan');

describe('plan', () => {
  it('waits for the plan, telling how far it is on standard error, and shows it', async () => {
    const { exitCode, out, err } = await plan([runningPlan(), runningPlan(), finishedPlan()]);
    expect(exitCode).toBe(2);
    expect(cancelled()).toEqual([]);
    expect(err).toBe('planning: 2 of 4 clusters\n');
    expect(out).toMatchInlineSnapshot(`
      "plan for shop  Istio 1.31 · primary hub · 3 remotes, 10 at a time
      waves  canary: eu-1 (approval after, minSuccessTime 10m 00s)
             rest: eu-2, eu-3

      FINDINGS
      warn   service-cidr-overlap (eu-1, eu-2): service CIDR 172.20.0.0/16 of eu-1 overlaps service CIDR
             172.20.0.0/16 of eu-2
             where: serviceCIDRs of eu-1, serviceCIDRs of eu-2
             → Make sure of it.

      hub (primary): 2 to create, 1 to change, 1 to prune
        create Secret                   istio-system/istio-remote-secret-eu-2 and 1 more
        change Deployment               istio-system/istiod
        prune  HorizontalPodAutoscaler  istio-system/istiod

      eu-2, eu-3: 2 to create, 1 namespace to label in each
        create ConfigMap  istio-system/istio
               Namespace  istio-system
        label  Namespace  default
        note   1 object was not tried on the API server: namespace istio-system does not exist yet

      eu-1: nothing to change

      5 running Pods have no sidecar in the namespaces with injection, and would get one only after a restart: eu-2
      5

      Plan: 6 to create, 1 to change, 2 namespaces to label, 1 to prune in 4 clusters.
      "
    `);
  });

  it.each([
    ['no-change', 0],
    ['changes', 2],
    ['blocked', 1],
  ] as const)('ends for %s with %d, as JSON for programs', async (outcome, code) => {
    const view = finishedPlan({ outcome });
    const { exitCode, out } = await plan([view], '-o', 'json');
    expect(exitCode).toBe(code);
    expect(JSON.parse(out)).toEqual(view.plan);
  });

  it('says what would stop a rollout, and what can be done about it', async () => {
    const [primary, , quiet] = finishedPlan().plan?.groups ?? [];
    if (!primary || !quiet) throw new Error('no groups');
    const problem = {
      code: 'field-conflict',
      message: 'ConfigMap istio-system/istio: kubectl owns .data.mesh',
      action: 'Let the other manager give the field up.',
    } as const;
    const { out } = await plan([
      finishedPlan({
        outcome: 'blocked',
        running: { rolloutId: 'run-1', requestedBy: 'bob', startedAt: 1 },
        groups: [primary, { ...quiet, problems: [problem] }],
        findings: [],
        findingCounts: { block: 2, warn: 0, info: 0 },
      }),
    ]);
    expect(out).toContain('A rollout of this mesh is running, requested by bob');
    expect(out).toContain('stop   field-conflict: ConfigMap istio-system/istio: kubectl owns .data.mesh');
    expect(out).toContain(
      'a rollout would be held, because 2 findings block, 1 cluster would wait for a person',
    );
  });

  const problems = [{ path: 'remotes[0].cluster', message: '"eu-1" is not in the inventory' }];
  const refused: PlanView = {
    ...runningPlan(),
    status: 'Failed',
    attention: { code: 'document-invalid', message: 'remotes[0].cluster: …', action: 'Correct it.' },
    problems,
  };

  it('tells every problem of a document that only the worker finds, with its place in the file', async () => {
    const { exitCode, err } = await plan([refused]);
    expect(exitCode).toBe(1);
    expect(err).toContain('shop.yaml:3  remotes[0].cluster: "eu-1" is not in the inventory');
  });

  it('tells them to programs as JSON', async () => {
    const { exitCode, err } = await plan([refused], '-o', 'json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(err)).toMatchObject({ code: 'document-invalid', problems });
  });

  it('cancels the plan on Ctrl-C, and ends with 130', async () => {
    let interrupt = () => {};
    api = await fakeApi({
      plans: {
        get: async () => {
          interrupt();
          return runningPlan();
        },
      },
    });
    const onInterrupt = (callback: () => void) => {
      interrupt = callback;
    };
    const run = await cli(['plan', '-f', 'shop.yaml'], { api: api.app, files, onInterrupt });
    expect([run.exitCode, run.out]).toEqual([130, '']);
    expect(cancelled()).toEqual([['cancelPlan', PLAN_ID]]);
  });

  it('cancels the plan that it cannot follow any more', async () => {
    const lost = new TemporalError('temporal-unavailable', 'Temporal does not answer.');
    api = await fakeApi({ plans: { get: () => Promise.reject(lost) } });
    const run = await cli(['plan', '-f', 'shop.yaml'], { api: api.app, files });
    expect([run.exitCode, run.err]).toEqual([1, expect.stringContaining('temporal-unavailable')]);
    expect(cancelled()).toEqual([['cancelPlan', PLAN_ID]]);
  });
});
