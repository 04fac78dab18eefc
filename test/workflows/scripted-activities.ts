import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Activities, FailureDetail, FindRunningRolloutResult } from '../../src/rollout/activities.js';
import { ERRORS, type ErrorCode, type FindingCode } from '../../src/rollout/codes.js';
import type { ClusterInspection, Finding } from '../../src/rollout/findings.js';
import type { ClusterPlan, PrimaryPlan, RemotePlan } from '../../src/rollout/plan.js';
import type { ResolvedRollout } from '../../src/rollout/resolved.js';
import type { StepResult } from '../../src/rollout/step-results.js';

/**
 * A stand-in for the activities, so that a test says what happens on which cluster: everything succeeds at once but
 * what `on` scripts. The workflows and the Temporal server are real.
 */
export class ScriptedActivities {
  /** `<activity> <cluster>` in the order of the calls; every attempt counts. */
  readonly calls: string[] = [];
  readonly #scripts = new Map<string, (attempt: number) => unknown>();
  /** The highest number of remotes that were in a step at the same time. */
  mostAtOnce = 0;
  #atOnce = new Set<string>();

  readonly resolved: ResolvedRollout;

  constructor(resolved: ResolvedRollout) {
    this.resolved = resolved;
  }

  /** Scripts an activity on a cluster: what it returns, or throws, at its n-th call (from 1). */
  on(activity: keyof Activities, cluster: string, script: (call: number) => unknown): this {
    this.#scripts.set(`${activity} ${cluster}`, script);
    return this;
  }

  /** How often an activity was called on a cluster. */
  count(activity: keyof Activities, cluster: string): number {
    return this.calls.filter((call) => call === `${activity} ${cluster}`).length;
  }

  /** The activities for the worker. */
  build(): Activities {
    const step = (activity: keyof Activities) => async (input: { cluster: string }) =>
      (await this.#call(activity, input.cluster, result())) as StepResult;
    const primary = (activity: keyof Activities) => async (input: { primary: string }) =>
      await this.#call(activity, input.primary, { ...result(), addresses: ADDRESSES });
    return {
      resolve: async () => (await this.#call('resolve', '-', this.resolved)) as ResolvedRollout,
      inspectClusters: async (input) =>
        (await Promise.all(
          input.clusters.map(({ cluster }) => this.#call('inspectClusters', cluster, inspection(cluster))),
        )) as ClusterInspection[],
      deployPrimary: primary('deployPrimary') as Activities['deployPrimary'],
      collectEndpoints: primary('collectEndpoints') as Activities['collectEndpoints'],
      prepareNamespace: step('prepareNamespace'),
      installRemote: step('installRemote'),
      registerRemote: step('registerRemote'),
      activateInjection: step('activateInjection'),
      verifyRemote: async ({ cluster }) =>
        (await this.#call('verifyRemote', cluster, {
          ...result(),
          synced: 1,
          webhookCA: true,
          endpoints: ADDRESSES,
        })) as Awaited<ReturnType<Activities['verifyRemote']>>,
      labelNamespaces: step('labelNamespaces'),
      verifyInjection: async ({ cluster }) =>
        (await this.#call('verifyInjection', cluster, {
          ...result(),
          injected: ['default'],
          unproven: [],
          podsWithoutSidecar: 0,
        })) as Awaited<ReturnType<Activities['verifyInjection']>>,
      refreshEndpoints: async ({ cluster }) =>
        (await this.#call('refreshEndpoints', cluster, { ...result(), addresses: ADDRESSES })) as Awaited<
          ReturnType<Activities['refreshEndpoints']>
        >,
      claimCluster: async ({ cluster }) =>
        (await this.#call('claimCluster', cluster, { state: 'free' })) as Awaited<
          ReturnType<Activities['claimCluster']>
        >,
      // One name in the calls: which clusters are followed together is of no interest.
      followClusters: async () =>
        ((await this.#call('followClusters', '*', undefined)) ?? (await untilCancelled())) as Awaited<
          ReturnType<Activities['followClusters']>
        >,
      planPrimary: async ({ primary: cluster }) =>
        (await this.#call('planPrimary', cluster, {
          ...clusterPlan(),
          controlPlaneMoves: false,
        })) as PrimaryPlan,
      planRemote: async ({ cluster, istioNamespace }) =>
        (await this.#call('planRemote', cluster, {
          ...clusterPlan(),
          registration: { action: 'create', secret: `${istioNamespace}/istio-remote-secret-${cluster}` },
        })) as RemotePlan,
      findRunningRollout: async () =>
        (await this.#call('findRunningRollout', '-', {})) as FindRunningRolloutResult,
    };
  }

  async #call(activity: keyof Activities, cluster: string, otherwise: unknown): Promise<unknown> {
    this.calls.push(`${activity} ${cluster}`);
    this.#atOnce.add(cluster);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce.size);
    try {
      const script = this.#scripts.get(`${activity} ${cluster}`);
      return (script && (await script(this.count(activity, cluster)))) ?? otherwise;
    } finally {
      this.#atOnce.delete(cluster);
    }
  }
}

const ADDRESSES = ['10.10.0.5'];

export function result(changed = 1): StepResult {
  return { changed, objects: 3, summary: 'done' };
}

/** What a dry run of a cluster gives in which two ConfigMaps would be created. */
export function clusterPlan(over: Partial<ClusterPlan> = {}): ClusterPlan {
  return {
    counts: { create: 2, change: 0, label: 0, prune: 0, keep: 1 },
    create: [{ kind: 'ConfigMap', count: 2, names: ['istio-system/istio', 'istio-system/values'] }],
    change: [],
    label: [],
    prune: [],
    problems: [],
    notes: [],
    podsWithoutSidecar: 0,
    ...over,
  };
}

/** Every cluster that was inspected, so that each has CIDRs of its own: an overlap by chance would hold a rollout. */
const inspected: string[] = [];

/** What the inspection of a healthy cluster gives; every cluster has CIDRs and an identity of its own. */
export function inspection(cluster: string, over: Partial<ClusterInspection> = {}): ClusterInspection {
  if (!inspected.includes(cluster)) inspected.push(cluster);
  const number = inspected.indexOf(cluster);
  const [high, low] = [Math.floor(number / 256), number % 256];
  return {
    cluster,
    uid: `uid-${cluster}`,
    kubernetesVersion: 'v1.34.4',
    podCIDRs: [`10.${high}.${low}.0/24`],
    serviceCIDRs: [`172.${16 + high}.${low}.0/24`],
    unreachable: false,
    findings: [],
    ...over,
  };
}

/** A finding about a cluster that keeps it from being changed. */
export function blocking(code: FindingCode, cluster: string): Finding {
  return {
    code,
    severity: 'block',
    cluster,
    what: `${code} in ${cluster}`,
    where: 'there',
    action: 'mend it',
  };
}

/** Throws the failure that the frame around the activities makes of an error with this code. */
export function fail(code: ErrorCode, message = `${code} happened`): never {
  const detail: FailureDetail = { code, action: ERRORS[code].action };
  const options = { message, type: code, nonRetryable: !ERRORS[code].transient, details: [detail] };
  throw ApplicationFailure.create(options);
}

/** Stays in the activity until it is cancelled; heartbeats, so that a cancellation arrives. */
export async function untilCancelled(): Promise<never> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 100);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}

/** A step that is left when the test says so, or is cancelled. */
export function gate() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { release, wait: () => Promise.race([released, untilCancelled()]) };
}
