import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { redact } from '../../src/base/text/redact.js';
import { applyManifest, inOrder } from '../../src/istio/apply/apply-manifests.js';
import type { Installation } from '../../src/istio/apply/ownership.js';
import { findPrunable, prune } from '../../src/istio/apply/prune.js';
import type { Manifest } from '../../src/istio/render/manifests.js';
import type {
  DryRunAction,
  DryRunClient,
  DryRunOutcome,
} from '../../src/kubernetes/client/dry-run-client.js';
import type { ClusterPlan, KindList, PlanProblem } from '../../src/rollout/plan/plan.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import type { StepContext } from '../activity.js';

const CONCURRENCY = 4;
/** Names of one kind, problems and notes that are told; all together stay far below the size of a payload. */
const MAX_NAMES = 50;
const MAX_PROBLEMS = 10;
const MESSAGE_LENGTH = 400;

/**
 * The work of a cluster's steps on a {@link DryRunClient}. Where a step would stop for a person, this notes it and goes on,
 * so that one look shows everything; what passes by itself is thrown, and the activity tried again.
 */
export class DryRun {
  readonly client: DryRunClient;
  readonly #problems: PlanProblem[] = [];
  readonly #notes: string[] = [];
  readonly #labelled: string[] = [];
  podsWithoutSidecar = 0;

  constructor(client: DryRunClient) {
    this.client = client;
  }

  /** Does a part of the work; undefined when a rollout would stop there. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RolloutError) || error.transient) throw error;
      const { code, action } = error;
      this.#problems.push({ code, message: redact(error.message).slice(0, MESSAGE_LENGTH), action });
      return undefined;
    }
  }

  /** Applies manifests in their order, each for itself, as `applyManifests` does in a step. */
  async apply(manifests: readonly Manifest[], { signal }: StepContext): Promise<void> {
    for (const group of inOrder(manifests)) {
      await concurrently(group, CONCURRENCY, (manifest) =>
        this.attempt(() => applyManifest(this.client, manifest, signal)),
      );
    }
  }

  /** Deletes what is superfluous when all that the manifests have is there. */
  async prune(
    manifests: readonly Manifest[],
    installation: Installation,
    { signal }: StepContext,
  ): Promise<void> {
    await this.attempt(async () => {
      const superfluous = await findPrunable(this.client, manifests, installation, signal);
      return await prune(this.client, superfluous, signal);
    });
  }

  /** Says what could not be found out. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Counts a namespace as labelled, not as changed. */
  labelled(namespace: string): void {
    this.#labelled.push(namespace);
  }

  /** What it has come to. */
  plan(): ClusterPlan {
    const isLabelled = ({ object, action }: DryRunOutcome) =>
      action === 'change' && object.kind === 'Namespace' && this.#labelled.includes(object.name);
    const outcomes = this.client.outcomes.filter((outcome) => !isLabelled(outcome));
    const of = (action: DryRunAction) => outcomes.filter((outcome) => outcome.action === action);
    const left = this.#problems.length - MAX_PROBLEMS;
    return {
      counts: {
        create: of('create').length,
        change: of('change').length,
        label: this.#labelled.length,
        prune: of('prune').length,
        keep: of('keep').length,
      },
      create: kindLists(of('create')),
      change: kindLists(of('change')),
      label: this.#labelled,
      prune: kindLists(of('prune')),
      problems: this.#problems.slice(0, MAX_PROBLEMS),
      notes: [...this.#notes, ...untriedNotes(outcomes), ...(left > 0 ? [`${left} more problems`] : [])],
      podsWithoutSidecar: this.podsWithoutSidecar,
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
