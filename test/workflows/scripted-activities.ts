import { ApplicationFailure, Context } from '@temporalio/activity';
import type {
  Activities,
  ClusterFailure,
  FailureDetail,
  FindRunningRolloutResult,
  PointRemotesResult,
} from '../../src/rollout/activities.js';
import type { ClusterInspection, Finding } from '../../src/rollout/checks/findings.js';
import { ERRORS, type ErrorCode, type FindingCode } from '../../src/rollout/codes.js';
import type { ClusterPlan, PrimaryPlan, RemotePlan } from '../../src/rollout/plan/plan.js';
import type { StepResult } from '../../src/rollout/progress/step-results.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';

/** What happens at the n-th call (from 1) of an activity on a cluster; steps of a remote hand their input over. */
type Script = (call: number, input?: unknown) => unknown;

/**
 * A stand-in for the activities, so that a test says what happens on which cluster: everything succeeds at once but
 * what `on` scripts. The workflows and the Temporal server are real.
 */
export class ScriptedActivities {
  /** `<activity> <cluster>` in the order of the calls; every attempt counts. */
  readonly calls: string[] = [];
  readonly #scripts = new Map<string, Script>();
  /** The highest number of remotes that were in a step at the same time. */
  mostAtOnce = 0;
  #atOnce = new Set<string>();

  readonly resolved: ResolvedRollout;
  /** Where istiod is when remotes are pointed at it. */
  addresses = ADDRESSES;

  constructor(resolved: ResolvedRollout) {
    this.resolved = resolved;
  }

  /** Scripts an activity on a cluster: what it returns, or throws, at its n-th call (from 1). */
  on(activity: keyof Activities, cluster: string, script: Script): this {
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
      (await this.#call(activity, input.cluster, result(), input)) as StepResult;
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
      installRemote: async ({ cluster }) =>
        (await this.#call('installRemote', cluster, { ...result(), injectorWasLive: false })) as Awaited<
          ReturnType<Activities['installRemote']>
        >,
      registerRemote: step('registerRemote'),
      activateInjection: step('activateInjection'),
      verifyRemote: async ({ cluster }) =>
        (await this.#call('verifyRemote', cluster, {
          ...result(),
          proofs: [{ what: 'endpoints', value: ADDRESSES.join(', '), proven: true }],
          endpoints: ADDRESSES,
        })) as Awaited<ReturnType<Activities['verifyRemote']>>,
      labelNamespaces: step('labelNamespaces'),
      verifyInjection: async ({ cluster }) =>
        (await this.#call('verifyInjection', cluster, {
          ...result(),
          proofs: [{ what: 'injection', value: 'default', proven: true }],
          podsWithoutSidecar: 0,
        })) as Awaited<ReturnType<Activities['verifyInjection']>>,
      // One name in the calls: it is for all remotes of the mesh.
      followEndpoints: async () => {
        await this.#call('followEndpoints', '*', undefined);
        return await untilCancelled();
      },
      pointRemotes: async ({ clusters }) => this.#pointRemotes(clusters),
      awaitClusters: async ({ clusters }) => this.#awaitClusters(clusters.map(({ cluster }) => cluster)),
      proveRemotes: async ({ remotes }) => ({
        failed: await this.#failuresOf(
          'proveRemotes',
          remotes.map(({ cluster }) => cluster),
        ),
      }),
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

  async #pointRemotes(clusters: readonly string[]): Promise<PointRemotesResult> {
    const failed = await this.#failuresOf('pointRemotes', clusters);
    const isPointed = (cluster: string) => failed.every((failure) => failure.cluster !== cluster);
    const pointed = clusters
      .filter(isPointed)
      .map((cluster) => ({ cluster, changed: 1, endpoints: this.addresses }));
    return { pointed, failed };
  }

  /** What scripts throw for some of several clusters, as the activity returns it. */
  async #failuresOf(activity: keyof Activities, clusters: readonly string[]): Promise<ClusterFailure[]> {
    const failures = clusters.map(async (cluster) => {
      try {
        await this.#call(activity, cluster, undefined);
        return [];
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        const [{ code, action }] = error.details as [FailureDetail];
        return [{ cluster, code, message: error.message, action }];
      }
    });
    return (await Promise.all(failures)).flat();
  }

  /** As the activity does: asks again until one of the clusters answers. */
  async #awaitClusters(clusters: readonly string[]): Promise<ClusterInspection[]> {
    for (;;) {
      const inspections = await Promise.all(
        clusters.map((cluster) => this.#call('awaitClusters', cluster, inspection(cluster))),
      );
      const answering = (inspections as ClusterInspection[]).filter(({ unreachable }) => !unreachable);
      if (answering.length > 0) return answering;
      const context = Context.current();
      context.heartbeat();
      await context.sleep(100);
    }
  }

  async #call(
    activity: keyof Activities,
    cluster: string,
    otherwise: unknown,
    input?: unknown,
  ): Promise<unknown> {
    this.calls.push(`${activity} ${cluster}`);
    this.#atOnce.add(cluster);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce.size);
    try {
      const script = this.#scripts.get(`${activity} ${cluster}`);
      return (script && (await script(this.count(activity, cluster), input))) ?? otherwise;
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
