import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { FINDINGS } from '../src/rollout/codes.js';
import { describeRollout } from '../src/rollout/describe-progress.js';
import type { ClusterDecision, SetInput } from '../src/rollout/messages.js';
import { clusterWorkflowId } from '../src/rollout/names.js';
import type {
  Attention,
  ClusterProgress,
  ClusterReport,
  RolloutProgress,
  WaveProgress,
} from '../src/rollout/progress.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { isOver, type RolloutEvent, reduceRollout, startRollout } from '../src/rollout/rollout-progress.js';
import type { CarryOver } from './carry-over.js';
import { Decisions } from './decisions.js';
import { type Decision, Holds, ROLLOUT } from './holds.js';
import * as messages from './messages.js';
import { searchKeys } from './search-attributes.js';

/**
 * One rollout on its way: its progress, what people decided, and the clusters whose workflows it has started.
 * The order of the work is in rollout.ts; what people decide is in decisions.ts.
 */
export class RolloutRun {
  /** Codes of findings that the user takes on. */
  readonly accepted = new Set<string>();
  readonly approved = new Set<string>();
  maxConcurrency = 1;
  maxFailures = 0;
  /** What a person has set; it goes before the document, also when it was set before that is resolved. */
  #chosen: { maxConcurrency?: number | undefined; maxFailures?: number | undefined } = {};
  paused = false;
  /** Absent until the document is resolved. */
  resolved?: ResolvedRollout;
  /** Cancelled by `abort`; everything of the rollout runs in it. */
  readonly scope = new CancellationScope();
  /** Clusters whose child workflow this rollout has started or adopted. */
  readonly children = new Set<string>();
  /** Those of them that another run of this workflow has started: this one has no handle of them (see adopted.ts). */
  readonly adopted = new Set<string>();
  /** How many decisions of people this run has taken. */
  decisions = 0;
  /** How many clusters' workflows are being started right now. */
  starting = 0;
  /** Remotes that a place was given and whose workflow is not started yet. */
  readonly #places = new Set<string>();
  #progress: RolloutProgress;
  readonly #holds = new Holds();

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
    this.#handleMessages();
    setCurrentDetails(describeRollout(this.#progress));
  }

  get progress(): RolloutProgress {
    return this.#progress;
  }

  /** True when the step `validate` has succeeded, in this run or in one before. */
  get isValidated(): boolean {
    return this.#progress.steps.some(({ step, status }) => step === 'validate' && status === 'Succeeded');
  }

  get rolloutId(): string {
    return this.#progress.rolloutId;
  }

  #takeOver({
    resolved,
    paused,
    maxConcurrency,
    maxFailures,
    accepted,
    approved,
    children,
  }: CarryOver): void {
    Object.assign(this, { resolved, paused, maxConcurrency, maxFailures });
    for (const code of accepted) this.accepted.add(code);
    for (const wave of approved) this.approved.add(wave);
    for (const cluster of children) {
      this.children.add(cluster);
      if (!this.isOver(cluster)) this.adopted.add(cluster);
    }
  }

  /** All that the next run needs to go on where this one stops. */
  carryOver(resolved: ResolvedRollout): CarryOver {
    const { maxConcurrency, maxFailures, paused } = this;
    const [accepted, approved, children] = [[...this.accepted], [...this.approved], [...this.children]];
    return {
      resolved,
      progress: this.#progress,
      children,
      accepted,
      approved,
      maxConcurrency,
      maxFailures,
      paused,
    };
  }

  /** Takes over what the document says about strategy and acceptance. */
  begin(resolved: ResolvedRollout): void {
    this.resolved = resolved;
    this.maxConcurrency = this.#chosen.maxConcurrency ?? resolved.maxConcurrency;
    this.maxFailures = this.#chosen.maxFailures ?? resolved.maxFailures;
    for (const code of resolved.accept) this.accepted.add(code);
    this.apply({ type: 'resolved', resolved });
  }

  /** Changes the strategy, as a person wants it. */
  set({ maxConcurrency, maxFailures }: Pick<SetInput, 'maxConcurrency' | 'maxFailures'>): void {
    this.maxConcurrency = maxConcurrency ?? this.maxConcurrency;
    this.maxFailures = maxFailures ?? this.maxFailures;
    this.#chosen = {
      maxConcurrency: maxConcurrency ?? this.#chosen.maxConcurrency,
      maxFailures: maxFailures ?? this.#chosen.maxFailures,
    };
  }

  /** Takes an event into the progress, and shows it in the UI. */
  apply(event: RolloutEvent): void {
    const before = this.#progress;
    this.#progress = reduceRollout(before, event);
    setCurrentDetails(describeRollout(this.#progress));
    const step = event.type === 'step' && event.status === 'Running' ? event.step : undefined;
    if (step) upsertSearchAttributes([{ key: searchKeys.step, value: step }]);
    if (this.#progress.status !== before.status) {
      upsertSearchAttributes([{ key: searchKeys.status, value: this.#progress.status }]);
    }
  }

  cluster(name: string): ClusterProgress {
    const cluster = this.#progress.clusters.find((each) => each.cluster === name);
    if (!cluster)
      messages.reject(
        'cluster-unknown',
        `Cluster ${name} does not take part in the rollout of ${this.#progress.mesh}.`,
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

  /** Done, or waiting for a person: a wave does not wait any longer for it. */
  isSettled(name: string): boolean {
    return this.isOver(name) || this.cluster(name).status === 'NeedsAttention';
  }

  /** True while another remote may start: not paused, a free place, and the failure budget not exceeded. */
  mayStart(): boolean {
    const started = this.#progress.clusters.filter(
      (each) => each.role === 'remote' && this.children.has(each.cluster),
    );
    const running = started.filter((each) => each.status === 'Running' || each.status === 'Paused').length;
    const failed = started.filter((each) => each.status === 'NeedsAttention').length;
    const taken = running + [...this.#places].filter((name) => !this.isOver(name)).length;
    return !this.paused && taken < this.maxConcurrency && failed <= this.maxFailures;
  }

  /** Waits while the rollout is paused; comes back too when the wait has become needless. */
  async unpaused(isNeedless: () => boolean = () => false): Promise<void> {
    while (this.paused && !isNeedless()) await condition(() => !this.paused || isNeedless());
  }

  /** Waits until another remote may start, and keeps the place for this one; comes back too when it is over. */
  async takePlace(cluster: string): Promise<void> {
    while (!this.mayStart() && !this.isOver(cluster))
      await condition(() => this.mayStart() || this.isOver(cluster));
    // Several remotes may wake for one free place: it is taken before the next one looks.
    if (!this.isOver(cluster)) this.#places.add(cluster);
  }

  /** The cluster's workflow is about to be started: it takes the place that was kept for it. */
  addChild(cluster: string): void {
    this.children.add(cluster);
    this.#places.delete(cluster);
  }

  /** Parks a cluster in this workflow until a person decides. */
  async hold(cluster: string, attention: Attention): Promise<Decision> {
    this.apply({ type: 'cluster-held', cluster, attention });
    return await this.#holds.decision(cluster, Object.hasOwn(FINDINGS, attention.code));
  }

  /** Parks the whole rollout until a person decides. */
  async holdRollout(attention: Attention): Promise<void> {
    this.apply({ type: 'attention-needed', attention });
    await this.#holds.decision(ROLLOUT, Object.hasOwn(FINDINGS, attention.code));
    this.apply({ type: 'attention-over' });
  }

  /** What held the rollout is over by itself. */
  releaseRollout(): void {
    this.#holds.decide(ROLLOUT, 'retry');
  }

  #takeReport(report: ClusterReport): void {
    const known = this.#progress.clusters.some((each) => each.cluster === report.cluster);
    // A cluster's workflow that was cancelled from outside is a case for a person; see runChild in clusters.ts.
    const unasked = report.status === 'Aborted' && !this.scope.consideredCancelled;
    if (report.rolloutId === this.rolloutId && known && !unasked)
      this.apply({ type: 'cluster-reported', report });
  }

  /** Sends a decision to a cluster's workflow; one that has ended meanwhile needs none. */
  async tellCluster(cluster: string, decision: ClusterDecision): Promise<void> {
    try {
      await getExternalWorkflowHandle(clusterWorkflowId(cluster)).signal(messages.decision, decision);
    } catch {
      // Its end is reported on another way (see clusters.ts).
    }
  }

  #handleMessages(): void {
    setHandler(messages.rolloutProgress, () => this.#progress, {
      description: 'Steps, waves, clusters, findings, audit.',
    });
    setHandler(messages.clusterReport, (report) => this.#takeReport(report));
    new Decisions(this, this.#holds).handleUpdates();
  }
}
