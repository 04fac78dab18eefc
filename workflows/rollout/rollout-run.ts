import {
  CancellationScope,
  getExternalWorkflowHandle,
  setCurrentDetails,
  Trigger,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { FINDINGS } from '../../src/rollout/codes.js';
import type { ClusterDecision, SetInput } from '../../src/rollout/messages.js';
import { clusterWorkflowId } from '../../src/rollout/names.js';
import { describeRollout } from '../../src/rollout/progress/describe-progress.js';
import type {
  Attention,
  ClusterProgress,
  ClusterReport,
  RolloutProgress,
  WaveProgress,
} from '../../src/rollout/progress/progress.js';
import {
  isOver,
  type ProgressEvent,
  reduceRollout,
  startRollout,
} from '../../src/rollout/progress/rollout-progress.js';
import { type AcceptedCode, acceptedFor } from '../../src/rollout/resolve/acceptance.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import type { Status } from '../../src/rollout/steps.js';
import * as messages from '../messages.js';
import { searchKeys } from '../search-attributes.js';
import { Places } from '../waves/places.js';
import { Turns } from '../waves/turns.js';
import { WaveTallies } from '../waves/wave-tallies.js';
import type { CarriedCluster, CarryOver } from './carry-over.js';
import { Deferred } from './deferred.js';
import { type Decision, Holds, ROLLOUT } from './holds.js';

/**
 * The state of one running rollout: its progress, the decisions of people, and the state of each cluster. Nothing
 * here scans all clusters to answer about one. The order of the work is in rollout.ts; the decisions are in
 * decisions.ts.
 */
export class RolloutRun {
  readonly approved = new Set<string>();
  maxConcurrency = 1;
  maxFailures = 0;
  /** Absent until the document is resolved. */
  resolved?: ResolvedRollout;
  /** Cancelled by `abort`; everything of the rollout runs in it. */
  readonly scope = new CancellationScope();
  /** The clusters with a child workflow that this rollout has started or adopted. */
  readonly children = new Set<string>();
  /**
   * Those of them that an earlier run of this workflow started, each with a trigger that resolves when its workflow
   * has ended.
   */
  readonly adopted = new Map<string, Trigger<void>>();
  /** Increases with every adopted cluster, so that following them starts again. */
  adoptions = 0;
  /** How many decisions of people this run has received. */
  decisions = 0;
  /** Limits the concurrent starts of clusters' workflows. */
  readonly starts = new Turns(STARTS_AT_ONCE);
  /** How many decisions are currently being sent to clusters' workflows. */
  telling = 0;
  /** When a remote passed the checks, in milliseconds since the epoch; absent if it has not. */
  readonly checkedAt = new Map<string, number>();
  /** How many clusters have been skipped. */
  skips = 0;
  /** Clusters that a person wants to skip while their workflow is being started. */
  readonly toSkip = new Set<string>();
  readonly places = new Places(() => this);
  readonly waves = new WaveTallies();
  readonly holds = new Holds();
  #accepted: readonly AcceptedCode[] = [];
  /** What a person has set. It overrides the document, even if it was set before the document was resolved. */
  #chosen: { maxConcurrency?: number | undefined; maxFailures?: number | undefined } = {};
  #resumed: Trigger<void> | undefined;
  #progress: RolloutProgress;
  readonly #index = new Map<string, number>();
  readonly #ends = new Map<string, Deferred>();
  /** The clusters because of which the rollout is held. */
  #heldFor: ReadonlySet<string> = new Set();
  readonly #retrying = new Set<string>();

  constructor(requestedBy: string, carried?: CarryOver) {
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const mesh = workflowId.replace(/^mesh\//, '');
    this.#progress =
      carried?.progress ??
      startRollout({ mesh, rolloutId: firstExecutionRunId, requestedBy, at: Date.now() });
    if (carried) this.#takeOver(carried);
    upsertSearchAttributes([
      { key: searchKeys.mesh, value: mesh },
      { key: searchKeys.requestedBy, value: requestedBy },
      { key: searchKeys.status, value: this.#progress.status },
    ]);
    setCurrentDetails(describeRollout(this.#progress));
  }

  get progress(): RolloutProgress {
    return this.#progress;
  }

  get rolloutId(): string {
    return this.#progress.rolloutId;
  }

  get paused(): boolean {
    return this.#resumed !== undefined;
  }

  /** True when the step `validate` has succeeded, in this run or an earlier one. */
  get isValidated(): boolean {
    return this.#progress.steps.some(({ step, status }) => step === 'validate' && status === 'Succeeded');
  }

  /** The findings that the user has accepted so far. */
  get accepted(): readonly AcceptedCode[] {
    return this.#accepted;
  }

  /** Returns the codes that the user has accepted for one cluster. */
  acceptedFor(cluster: string): string[] {
    return [...new Set(acceptedFor(this.#accepted, cluster))];
  }

  accept(accepted: readonly AcceptedCode[]): void {
    this.#accepted = [...this.#accepted, ...accepted];
  }

  #takeOver({
    resolved,
    paused,
    maxConcurrency,
    maxFailures,
    accepted,
    approved,
    clusters,
  }: CarryOver): void {
    Object.assign(this, { resolved, maxConcurrency, maxFailures });
    if (paused) this.#resumed = new Trigger();
    this.#accepted = accepted;
    for (const wave of approved) this.approved.add(wave);
    this.#register();
    for (const [name, { started, retrying, checkedAt }] of clusters) {
      if (started) this.children.add(name);
      if (started && !this.isOver(name)) this.adopt(name);
      if (retrying) this.#retrying.add(name);
      if (checkedAt !== undefined) this.checkedAt.set(name, checkedAt);
    }
    for (const { cluster, status } of this.#progress.clusters) this.#noted(cluster, 'Pending', status);
  }

  /** Returns everything that the next run needs to continue where this one stops. */
  carryOver(resolved: ResolvedRollout): CarryOver {
    const { maxConcurrency, maxFailures, paused, accepted, approved } = this;
    const clusters = new Map<string, CarriedCluster>();
    for (const { cluster, status } of this.#progress.clusters) {
      const checkedAt = isOver(status) ? undefined : this.checkedAt.get(cluster);
      const carried: CarriedCluster = {
        ...(this.children.has(cluster) && { started: true }),
        ...(this.#retrying.has(cluster) && { retrying: true }),
        ...(checkedAt !== undefined && { checkedAt }),
      };
      if (Object.keys(carried).length > 0) clusters.set(cluster, carried);
    }
    const strategy = { maxConcurrency, maxFailures, paused };
    return { resolved, progress: this.#progress, clusters, accepted, approved: [...approved], ...strategy };
  }

  /** Applies the strategy and the accepted findings of the document. */
  begin(resolved: ResolvedRollout): void {
    this.resolved = resolved;
    this.maxConcurrency = this.#chosen.maxConcurrency ?? resolved.maxConcurrency;
    this.maxFailures = this.#chosen.maxFailures ?? resolved.maxFailures;
    this.accept(resolved.accept);
    this.apply({ type: 'resolved', resolved });
    this.#register();
  }

  /** Changes the strategy, as a person has decided. */
  set({ maxConcurrency, maxFailures }: Pick<SetInput, 'maxConcurrency' | 'maxFailures'>): void {
    this.maxConcurrency = maxConcurrency ?? this.maxConcurrency;
    this.maxFailures = maxFailures ?? this.maxFailures;
    this.#chosen = {
      maxConcurrency: maxConcurrency ?? this.#chosen.maxConcurrency,
      maxFailures: maxFailures ?? this.#chosen.maxFailures,
    };
    this.places.grant();
  }

  pause(): void {
    this.#resumed ??= new Trigger();
    this.apply({ type: 'paused' });
  }

  resume(): void {
    const resumed = this.#resumed;
    this.#resumed = undefined;
    resumed?.resolve();
    this.apply({ type: 'resumed' });
    this.places.grant();
  }

  /** Waits while the rollout is paused. */
  async unpaused(): Promise<void> {
    while (this.#resumed) await this.#resumed;
  }

  /** Adds an event to the progress, shows it in the UI, and wakes everything that waits for it. */
  apply(event: ProgressEvent): void {
    const before = this.#progress;
    const name = clusterOf(event);
    const statusBefore = name === undefined ? undefined : this.cluster(name).status;
    this.#progress = reduceRollout(before, event);
    setCurrentDetails(describeRollout(this.#progress));
    const step = event.type === 'step' && event.status === 'Running' ? event.step : undefined;
    if (step) upsertSearchAttributes([{ key: searchKeys.step, value: step }]);
    if (this.#progress.status !== before.status) {
      upsertSearchAttributes([{ key: searchKeys.status, value: this.#progress.status }]);
    }
    if (name !== undefined && statusBefore !== undefined)
      this.#noted(name, statusBefore, this.cluster(name).status);
  }

  #noted(name: string, before: Status, after: Status): void {
    const { role, wave } = this.cluster(name);
    if (role === 'remote') this.places.note(name, after, this.children.has(name));
    if (wave !== undefined) this.waves.moved(wave, before, after);
    if (after === 'Skipped' && before !== 'Skipped') this.skips += 1;
    if (!isOver(after)) return;
    this.#ends.get(name)?.resolve();
    this.#ends.delete(name);
  }

  #register(): void {
    for (const [index, { cluster, wave }] of this.#progress.clusters.entries()) {
      this.#index.set(cluster, index);
      if (wave !== undefined) this.waves.add(wave);
    }
  }

  /** Returns the progress of a cluster. @throws ApplicationFailure `cluster-unknown`, which refuses an update */
  cluster(name: string): ClusterProgress {
    const cluster = this.#progress.clusters[this.#index.get(name) ?? -1];
    if (!cluster)
      messages.reject(
        'cluster-unknown',
        `Cluster ${name} is not part of the rollout of ${this.#progress.mesh}.`,
      );
    return cluster;
  }

  wave(name: string): WaveProgress {
    const wave = this.#progress.waves.find((each) => each.name === name);
    if (!wave) throw new Error(`no wave ${name}`);
    return wave;
  }

  isOver(name: string): boolean {
    return isOver(this.cluster(name).status);
  }

  /** Returns a promise that resolves when a cluster has succeeded, or was skipped or aborted. */
  whenOver(name: string): PromiseLike<void> {
    if (this.isOver(name)) return Promise.resolve();
    const end = this.#ends.get(name) ?? new Deferred();
    this.#ends.set(name, end);
    return end;
  }

  /** Records that the cluster's workflow belongs to this rollout: it is about to be started, or already runs. */
  addChild(cluster: string): void {
    this.children.add(cluster);
    this.places.note(cluster, this.cluster(cluster).status, this.cluster(cluster).role === 'remote');
  }

  /** Records that the cluster's workflow belongs to another rollout, or has ended. It uses no place. */
  removeChild(cluster: string): void {
    this.children.delete(cluster);
    this.places.note(cluster, this.cluster(cluster).status, false);
    this.places.leave(cluster);
  }

  /**
   * Follows the workflow that an earlier run of this rollout started. The returned trigger resolves when it has
   * ended.
   */
  adopt(cluster: string): Trigger<void> {
    const ended = this.adopted.get(cluster) ?? new Trigger<void>();
    this.adopted.set(cluster, ended);
    this.adoptions += 1;
    return ended;
  }

  /** Parks a cluster in this workflow until a person decides, and returns the decision. */
  async hold(cluster: string, attention: Attention): Promise<Decision> {
    this.apply({ type: 'cluster-held', cluster, attention });
    return await this.holds.decision(cluster, Object.hasOwn(FINDINGS, attention.code));
  }

  /**
   * Parks the whole rollout until a person decides.
   *
   * @param about the clusters, besides the primary, that a person may name to decide about the hold
   */
  async holdRollout(attention: Attention, about: Iterable<string> = []): Promise<void> {
    this.#heldFor = new Set(about);
    this.apply({ type: 'attention-needed', attention });
    await this.holds.decision(ROLLOUT, Object.hasOwn(FINDINGS, attention.code));
    this.apply({ type: 'attention-over' });
  }

  /** Returns whether a decision about a cluster is a decision about the held rollout. */
  isRolloutHeldFor(name: string): boolean {
    const { role } = this.cluster(name);
    return this.holds.has(ROLLOUT) && (role === 'primary' || this.#heldFor.has(name));
  }

  /** Releases the rollout, because the reason for the hold has gone without a person. */
  releaseRollout(): void {
    this.holds.decide(ROLLOUT, 'retry');
  }

  takeReport(report: ClusterReport): void {
    const isKnown = this.#index.has(report.cluster);
    if (report.rolloutId !== this.rolloutId || !isKnown) return;
    if (report.decided) {
      const { at, by, action, reason } = report.decided;
      const entry = { at, by, via: 'temporal', action, target: report.cluster } as const;
      this.apply({ type: 'decided', entry: { ...entry, ...(reason !== undefined && { reason }) } });
    }
    // A cluster's workflow that was cancelled from outside needs a person; see runChild in clusters.ts.
    const unasked = report.status === 'Aborted' && !this.scope.consideredCancelled;
    if (!unasked) this.apply({ type: 'cluster-reported', report });
  }

  /** Lets a cluster's own workflow retry as soon as a place is free. Until then the cluster waits for its turn. */
  async retryChild(cluster: string): Promise<void> {
    this.#retrying.add(cluster);
    this.apply({ type: 'cluster-waits', cluster });
    await this.places.take(cluster, 'retry');
    this.#retrying.delete(cluster);
    if (!this.isOver(cluster)) await this.tellCluster(cluster, 'retry');
  }

  /** Retries the clusters that an earlier run left waiting for their turn. */
  retryCarried(): void {
    for (const cluster of this.#retrying)
      void this.scope.run(() => this.retryChild(cluster)).catch(ignoreAbort);
  }

  /** Sends a decision to a cluster's workflow. Does nothing if the workflow has ended meanwhile. */
  async tellCluster(cluster: string, action: ClusterDecision['action']): Promise<void> {
    this.decisions += 1;
    const decision: ClusterDecision = {
      action,
      order: [Date.now(), this.decisions],
      ...(action === 'retry' && { accept: this.acceptedFor(cluster) }),
    };
    this.telling += 1;
    try {
      await getExternalWorkflowHandle(clusterWorkflowId(cluster)).signal(messages.decision, decision);
    } catch {
      // Its end is reported separately (see clusters.ts).
    } finally {
      this.telling -= 1;
    }
  }
}

/**
 * Even with documents of the maximum size, all starts of one workflow task stay far below the 4 MB of a gRPC message.
 */
const STARTS_AT_ONCE = 25;

/** Returns the cluster whose status an event may change. */
function clusterOf(event: ProgressEvent): string | undefined {
  if ('cluster' in event) return event.cluster;
  return event.type === 'cluster-reported' ? event.report.cluster : undefined;
}

function ignoreAbort(): void {
  // An aborted rollout sends nothing to its clusters any more.
}
