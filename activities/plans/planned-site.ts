import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { redact } from '../../src/base/text/redact.js';
import { type AppliedSet, applyManifest, inOrder } from '../../src/istio/apply/apply-manifests.js';
import { readIstioCRDs } from '../../src/istio/apply/crds.js';
import type { Manifest } from '../../src/istio/apply/manifests.js';
import type { Site } from '../../src/istio/steps/site.js';
import type { StepContext } from '../../src/istio/steps/step-context.js';
import {
  type DryRunAction,
  DryRunClient,
  type DryRunOutcome,
} from '../../src/kubernetes/client/dry-run-client.js';
import type { Clusters } from '../../src/kubernetes/connection/clusters.js';
import type { ClusterPlan, KindList, PlanProblem } from '../../src/rollout/plan/plan.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';

const CONCURRENCY = 4;
/** Names of one kind, problems and notes that are told; all together stay far below the size of a payload. */
const MAX_NAMES = 50;
const MAX_PROBLEMS = 10;
const MESSAGE_LENGTH = 400;

/**
 * The site of a plan: dry-run clients in the place of the clusters. Where a step would stop for a person, this notes it and
 * continues, so that one look shows everything. A passing failure is thrown, and the activity is tried again.
 */
export class PlannedSite implements Site {
  readonly step: StepContext;
  readonly clusters: Clusters;
  readonly cluster: DryRunClient;
  readonly primary: DryRunClient;
  readonly #problems: PlanProblem[] = [];
  readonly #notes: string[] = [];

  private constructor(clusters: Clusters, step: StepContext, cluster: DryRunClient, primary: DryRunClient) {
    this.clusters = clusters;
    this.step = step;
    this.cluster = cluster;
    this.primary = primary;
  }

  /**
   * Returns the site of a cluster's plan.
   *
   * @param names of the primary and of the cluster; without one the plan is about the primary
   */
  static async of(
    clusters: Clusters,
    names: { readonly cluster?: string; readonly primary: string },
    step: StepContext,
  ): Promise<PlannedSite> {
    const primary = new DryRunClient(await clusters.get(names.primary));
    const cluster =
      names.cluster === undefined ? primary : new DryRunClient(await clusters.get(names.cluster));
    return new PlannedSite(clusters, step, cluster, primary);
  }

  attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RolloutError) || error.transient) throw error;
      const { code, action } = error;
      this.#problems.push({ code, message: redact(error.message).slice(0, MESSAGE_LENGTH), action });
      return undefined;
    }
  };

  apply = async (manifests: readonly Manifest[]): Promise<AppliedSet> => {
    const { signal } = this.step;
    const hasCRDs = manifests.some(({ serves }) => serves);
    const crds = hasCRDs
      ? await this.attempt(() => readIstioCRDs(this.cluster, 'metadata', { signal }))
      : undefined;
    let changed = 0;
    for (const group of inOrder(manifests)) {
      const applied = await concurrently(group, CONCURRENCY, (manifest) =>
        this.attempt(() => applyManifest(this.cluster, manifest, signal)),
      );
      changed += applied.filter((isChanged) => isChanged).length;
    }
    return { objects: manifests.length, changed, isFirst: crds?.size === 0 };
  };

  settle = <T>(_work: () => Promise<T>, planned: (dryRun: DryRunClient) => Promise<T>): Promise<T> =>
    planned(this.cluster);

  note = (text: string): void => {
    this.#notes.push(text);
  };

  /**
   * Returns what the steps would do to the cluster.
   *
   * @param labelled namespaces that the document wants labelled: a change of one of them counts as its label
   */
  plan(labelled: readonly string[] = []): ClusterPlan {
    const isLabelled = ({ object, action }: DryRunOutcome) =>
      action === 'change' && object.kind === 'Namespace' && labelled.includes(object.name);
    const all = this.cluster.outcomes;
    const label = all.filter(isLabelled).map(({ object }) => object.name);
    const outcomes = all.filter((outcome) => !isLabelled(outcome));
    const of = (action: DryRunAction) => outcomes.filter((outcome) => outcome.action === action);
    const left = this.#problems.length - MAX_PROBLEMS;
    return {
      counts: {
        create: of('create').length,
        change: of('change').length,
        label: label.length,
        prune: of('prune').length,
        keep: of('keep').length,
      },
      create: kindLists(of('create')),
      change: kindLists(of('change')),
      label,
      prune: kindLists(of('prune')),
      problems: this.#problems.slice(0, MAX_PROBLEMS),
      notes: [...this.#notes, ...untriedNotes(outcomes), ...(left > 0 ? [`${left} more problems`] : [])],
      podsWithoutSidecar: 0,
    };
  }
}

function kindLists(outcomes: readonly DryRunOutcome[]): KindList[] {
  const names = new Map<string, string[]>();
  for (const { object } of outcomes) {
    const name = object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
    names.set(object.kind, [...(names.get(object.kind) ?? []), name]);
  }
  return [...names]
    .map(([kind, all]) => ({ kind, count: all.length, names: all.sort().slice(0, MAX_NAMES) }))
    .sort((one, other) => (one.kind < other.kind ? -1 : 1));
}

/** One note for each reason why objects could not be tried on the API server. */
function untriedNotes(outcomes: readonly DryRunOutcome[]): string[] {
  const counts = new Map<string, number>();
  for (const { untried } of outcomes) {
    if (untried !== undefined) counts.set(untried, (counts.get(untried) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) =>
    `${count === 1 ? '1 object was' : `${count} objects were`} not tried on the API server: ${reason}`.slice(
      0,
      MESSAGE_LENGTH,
    ),
  );
}
