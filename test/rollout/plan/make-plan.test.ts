import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/rollout/checks/findings.js';
import { makePlan, type PlanParts, whyUntriable } from '../../../src/rollout/plan/make-plan.js';
import type { ClusterPlan, PrimaryPlan, RemotePlan } from '../../../src/rollout/plan/plan.js';
import type { ResolvedRollout } from '../../../src/rollout/resolve/resolved.js';

const NOTHING: ClusterPlan = {
  counts: { create: 0, change: 0, label: 0, prune: 0, keep: 9 },
  create: [],
  change: [],
  label: [],
  prune: [],
  problems: [],
  notes: [],
  podsWithoutSidecar: 0,
};

const NEW: ClusterPlan = {
  ...NOTHING,
  counts: { create: 2, change: 0, label: 1, prune: 0, keep: 0 },
  create: [{ kind: 'ConfigMap', count: 2, names: ['istio-system/istio', 'istio-system/values'] }],
  label: ['default'],
};

function resolved(names: readonly string[]): ResolvedRollout {
  return {
    version: 1,
    mesh: 'shop',
    release: '1.31',
    revision: 'default',
    installer: 'istioctl',
    istioNamespace: 'istio-system',
    meshID: 'shop',
    network: 'network1',
    values: {},
    primary: { cluster: 'hub', profile: 'minimal', values: {} },
    remotes: names.map((cluster) => ({ cluster })),
    remoteValues: [],
    namespaces: [],
    waves: [{ name: 'rest', clusters: names, minSuccessTimeMs: 0 }],
    maxConcurrency: 10,
    maxFailures: 0,
    progressDeadlineMs: 1_000,
    accept: [],
  };
}

function remote(
  plan: ClusterPlan,
  cluster: string,
  action: 'create' | 'change' | 'keep' = 'keep',
): RemotePlan {
  return { ...plan, registration: { action, secret: `istio-system/istio-remote-secret-${cluster}` } };
}

function parts(remotes: Record<string, RemotePlan>, over: Partial<PlanParts> = {}): PlanParts {
  const primary: PrimaryPlan = { ...NOTHING, controlPlaneMoves: false };
  return {
    resolved: resolved(Object.keys(remotes)),
    findings: [],
    primary,
    remotes: new Map(Object.entries(remotes)),
    ...over,
  };
}

function block(code: Finding['code'], cluster: string): Finding {
  return { code, severity: 'block', cluster, what: 'it is so', where: 'here', action: 'mend it' };
}

describe('a plan', () => {
  it('says that nothing would change only when nothing would, in no cluster', () => {
    expect(makePlan(parts({ 'eu-1': remote(NOTHING, 'eu-1') })).outcome).toBe('no-change');
    expect(makePlan(parts({ 'eu-1': remote(NEW, 'eu-1') })).outcome).toBe('changes');
    expect(makePlan(parts({ 'eu-1': remote(NOTHING, 'eu-1', 'change') })).outcome).toBe('changes');
  });

  it('tells clusters with equal plans once, and remote secrets where they stand', () => {
    const plan = makePlan(
      parts({
        'eu-1': remote(NEW, 'eu-1', 'create'),
        'eu-2': remote(NOTHING, 'eu-2'),
        'eu-3': remote(NEW, 'eu-3', 'create'),
      }),
    );
    expect(plan.groups.map(({ clusters, counts }) => [clusters, counts.create])).toEqual([
      [['hub'], 2],
      [['eu-1', 'eu-3'], 2],
      [['eu-2'], 0],
    ]);
    expect(plan.groups[0]?.create).toEqual([
      {
        kind: 'Secret',
        count: 2,
        names: ['istio-system/istio-remote-secret-eu-1', 'istio-system/istio-remote-secret-eu-3'],
      },
    ]);
    expect(plan.counts).toEqual({ create: 6, change: 0, label: 2, prune: 0, keep: 19 });
  });

  it('is held by a block and by a cluster that would park, and names the block once', () => {
    const problem = { code: 'remote-taken', message: 'it is taken', action: 'detach it' } as const;
    const taken = { ...NOTHING, problems: [problem] };
    const parking = makePlan(parts({ 'eu-1': remote(taken, 'eu-1') }));
    expect([parking.outcome, parking.groups[1]?.problems]).toEqual(['blocked', [problem]]);
    const found = makePlan(
      parts({ 'eu-1': remote(taken, 'eu-1') }, { findings: [block('attached-elsewhere', 'eu-1')] }),
    );
    expect([found.outcome, found.groups[1]?.problems]).toEqual(['blocked', []]);
    expect(found.findings[0]).toMatchObject({ code: 'attached-elsewhere', acceptable: true });
  });

  it('does not try a cluster that lets nobody in, and tries one that only its Kubernetes version blocks', () => {
    expect(whyUntriable('eu-1', [block('cluster-unreachable', 'eu-1')])?.code).toBe('cluster-unreachable');
    expect(whyUntriable('eu-2', [block('cluster-unreachable', 'eu-1')])).toBeUndefined();
    expect(whyUntriable('eu-1', [block('kubernetes-version-unsupported', 'eu-1')])).toBeUndefined();
  });

  it.each([
    ['alike', (index: number) => ({ ...NEW, podsWithoutSidecar: index })],
    [
      'different, each with long lists and a problem',
      (index: number): ClusterPlan => ({
        ...NEW,
        counts: { ...NEW.counts, create: 40 + index, prune: 1 },
        create: Array.from({ length: 15 }, (_, kind) => ({
          kind: `CustomResourceDefinition${kind}`,
          count: 10,
          names: Array.from({ length: 10 }, (_, name) => `istio-system/object-${index}-${name}`),
        })),
        prune: [{ kind: 'Deployment', count: 1, names: [`istio-system/old-${index}`] }],
        problems: [{ code: 'field-conflict', message: `ä${index} `.repeat(80), action: 'x'.repeat(80) }],
      }),
    ],
  ])('of 300 remotes that are %s fits into a payload, with exact counts', (_, planOf) => {
    const names = Array.from({ length: 300 }, (_, index) => `production-europe-${index}`);
    const remotes = Object.fromEntries(
      names.map((name, index) => [name, remote(planOf(index), name, 'create')]),
    );
    const findings = names.map((name) => block('kubernetes-version-unsupported', name));
    const plan = makePlan(parts(remotes, { findings }));
    expect(Buffer.byteLength(JSON.stringify(plan))).toBeLessThan(32 * 1024);
    const listed = plan.groups.reduce((sum, { clusterCount }) => sum + clusterCount, 0);
    expect(listed + plan.clustersLeftOut).toBe(301);
    const created = names.reduce((sum, _, index) => sum + planOf(index).counts.create + 1, 0);
    expect(plan.counts.create).toBe(created);
    expect(plan.findingCounts.block).toBe(300);
    expect(plan.groups[0]?.role).toBe('primary');
  });
});
