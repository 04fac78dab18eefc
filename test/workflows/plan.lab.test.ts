import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { afterEach, describe, expect, test } from 'vitest';
import type { RolloutPlan } from '../../src/rollout/plan/plan.js';
import { until } from '../support/wait.js';
import { startWorker } from '../support/workflows/workflows.js';
import { resolvedRollout } from './resolved-rollout.js';
import { blocking, clusterPlan, fail, gate, inspection, ScriptedActivities } from './scripted-activities.js';

type Running = Awaited<ReturnType<typeof startWorker>>;
const open: Running[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((running) => running.close()));
});

async function start(script: ScriptedActivities): Promise<WorkflowHandle<() => Promise<RolloutPlan>>> {
  const running = await startWorker(() => script.build());
  open.push(running);
  return await running.startPlan();
}

/** The size of every payload in a history, in bytes. */
async function payloadSizes(handle: WorkflowHandle): Promise<number[]> {
  const { events = [] } = await handle.fetchHistory();
  const sizes: number[] = [];
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return;
    const { data } = value as { data?: unknown };
    if (data instanceof Uint8Array) sizes.push(data.length);
    for (const each of Object.values(value)) visit(each);
  };
  visit(events);
  return sizes;
}

describe('a plan', () => {
  test('tries every cluster that can be tried, tells why not for the others, and asks for no lock', async () => {
    const resolved = resolvedRollout({ remotes: 4 });
    const names = resolved.remotes.map(({ cluster }) => cluster) as [string, string, string, string];
    const [dead, broken, old, fine] = names;
    const unreachable = { unreachable: true, findings: [blocking('cluster-unreachable', dead)] };
    const hiccup = { unreachable: true, findings: [blocking('cluster-unreachable', fine)] };
    const script = new ScriptedActivities(resolved)
      .on('findRunningRollout', '-', () => ({
        running: { rolloutId: 'run-1', requestedBy: 'bob', startedAt: 1 },
      }))
      .on('inspectClusters', dead, () => inspection(dead, unreachable))
      .on('inspectClusters', fine, (call) => inspection(fine, call === 1 ? hiccup : {}))
      .on('inspectClusters', old, () =>
        inspection(old, { findings: [blocking('kubernetes-version-unsupported', old)] }),
      )
      .on('planPrimary', resolved.primary.cluster, () => ({ ...clusterPlan(), controlPlaneMoves: true }))
      .on('planRemote', broken, () => fail('render-failed', 'no such value'));
    const handle = await start(script);
    const plan = await handle.result();
    expect(plan).toMatchObject({ outcome: 'blocked', running: { rolloutId: 'run-1' } });
    expect(plan.findings.map(({ code, acceptable }) => [code, acceptable])).toEqual([
      ['cluster-unreachable', false],
      ['kubernetes-version-unsupported', true],
    ]);
    const groupOf = (name: string) => plan.groups.find(({ clusters }) => clusters.includes(name));
    expect(groupOf(dead)?.notes).toEqual(['not tried: cluster-unreachable']);
    expect(groupOf(broken)?.problems).toMatchObject([{ code: 'render-failed', message: 'no such value' }]);
    expect(groupOf(fine)?.clusters).toEqual([old, fine]);
    expect([script.count('inspectClusters', dead), script.count('planRemote', dead)]).toEqual([2, 0]);
    expect(script.calls.some((call) => /^(deploy|install|claim|register)/.test(call))).toBe(false);
  });

  test.each([
    ['the clusters are checked', 'inspectClusters', 0],
    ['ten remotes are tried', 'planRemote', 10],
  ] as const)(
    'that is cancelled while %s ends as cancelled, and tries nothing more',
    async (_when, activity, tried) => {
      const resolved = resolvedRollout({ remotes: 30 });
      const names = resolved.remotes.map(({ cluster }) => cluster);
      const busy = gate();
      const script = new ScriptedActivities(resolved);
      for (const name of names) script.on(activity, name, () => busy.wait());
      const count = (which: typeof activity) => names.filter((name) => script.count(which, name) > 0).length;
      const handle = await start(script);
      await until('the activities run', () => count(activity) >= 10);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      busy.release();
      expect(count('planRemote')).toBe(tried);
    },
  );

  test('of 300 remotes has no payload over 32 KiB', async () => {
    const resolved = resolvedRollout({ remotes: 300 });
    const script = new ScriptedActivities(resolved);
    for (const [index, { cluster }] of resolved.remotes.entries()) {
      const notes = [`only here: ${index} ${'x'.repeat(200)}`];
      script.on('planRemote', cluster, () => ({
        ...clusterPlan({ notes }),
        registration: { action: 'create', secret: `istio-system/istio-remote-secret-${cluster}` },
      }));
    }
    const handle = await start(script);
    const plan = await handle.result();
    expect(plan.counts).toMatchObject({ create: 300 * 3 + 2, keep: 301 });
    const sizes = await payloadSizes(handle);
    expect(sizes.length).toBeGreaterThan(600);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * 1024);
  });
});
