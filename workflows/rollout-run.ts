import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { describeRollout } from '../src/rollout/describe-progress.js';
import type {
  AcceptInput,
  Actor,
  ApproveInput,
  ClusterDecision,
  DecisionInput,
  SetInput,
} from '../src/rollout/messages.js';
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
import { type Decision, Holds, ROLLOUT } from './holds.js';
import * as messages from './messages.js';
import { searchKeys } from './search-attributes.js';

/**
 * One rollout on its way: its progress, what people decided, and the clusters whose workflows it has started.
 * The order of the work is in rollout.ts; here is what the messages change.
 */
export class RolloutRun {
  /** Codes of findings that the user takes on. */
  readonly accepted = new Set<string>();
  readonly approved = new Set<string>();
  maxConcurrency = 1;
  maxFailures = 0;
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
    this.maxConcurrency = resolved.maxConcurrency;
    this.maxFailures = resolved.maxFailures;
    for (const code of resolved.accept) this.accepted.add(code);
    this.apply({ type: 'resolved', resolved });
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
    return await this.#holds.decision(cluster);
  }

  /** Parks the whole rollout until a person decides. */
  async holdRollout(attention: Attention): Promise<void> {
    this.apply({ type: 'attention-needed', attention });
    await this.#holds.decision(ROLLOUT);
    this.apply({ type: 'attention-over' });
  }

  #takeReport(report: ClusterReport): void {
    const known = this.#progress.clusters.some((each) => each.cluster === report.cluster);
    // A cluster's workflow that was cancelled from outside is a case for a person; see runChild in clusters.ts.
    const unasked = report.status === 'Aborted' && !this.scope.consideredCancelled;
    if (report.rolloutId === this.rolloutId && known && !unasked)
      this.apply({ type: 'cluster-reported', report });
  }

  /** The clusters that a `retry` or `skip` is about; rejects when there are none. */
  #targets(action: Decision, input: DecisionInput = {}): string[] {
    const { cluster: name, code } = input;
    if (name !== undefined) {
      const cluster = this.cluster(name);
      if (action === 'skip') messages.rejectPrimary(cluster);
      const notAtWork =
        cluster.status === 'Pending' || (cluster.status === 'Running' && !this.children.has(name));
      const mayBeSkipped = action === 'skip' && notAtWork;
      if (!mayBeSkipped && !this.#rolloutHeldFor(name)) messages.rejectUnlessWaiting(cluster);
      return [name];
    }
    const waiting = this.#progress.clusters.filter(
      (each) =>
        each.status === 'NeedsAttention' &&
        (code === undefined || each.attention?.code === code) &&
        (action === 'retry' || each.role === 'remote'),
    );
    const rollout = action === 'retry' && this.#holds.has(ROLLOUT) ? [ROLLOUT] : [];
    const targets = [...rollout, ...waiting.map((each) => each.cluster)];
    if (targets.length === 0) {
      const what = code === undefined ? 'Nothing' : `No cluster with code ${code}`;
      messages.reject(
        'not-waiting',
        `${what} waits for a decision in the rollout of ${this.#progress.mesh}.`,
      );
    }
    return targets;
  }

  /** A hold of the rollout is retried by naming the primary, or a cluster that its findings are about. */
  #rolloutHeldFor(name: string): boolean {
    const about = this.#progress.findings.some((each) => each.cluster === name || each.otherCluster === name);
    return this.#holds.has(ROLLOUT) && (about || this.cluster(name).role === 'primary');
  }

  async #decide(action: Decision, input: DecisionInput = {}): Promise<{ clusters: string[] }> {
    const targets = this.#targets(action, input);
    this.#audit(action, input, input.cluster ?? input.code);
    for (const name of targets) {
      if (this.#holds.has(name)) this.#holds.decide(name, action);
      else if (this.cluster(name).status === 'NeedsAttention')
        await this.tellCluster(name, { ...input, action });
      else {
        if (action === 'skip') this.apply({ type: 'cluster-skipped', cluster: name, at: Date.now() });
        this.#holds.decide(ROLLOUT, 'retry');
      }
    }
    return { clusters: targets.filter((name) => name !== ROLLOUT) };
  }

  /** Sends a decision to a cluster's workflow; one that has ended meanwhile needs none. */
  async tellCluster(cluster: string, decision: ClusterDecision): Promise<void> {
    try {
      await getExternalWorkflowHandle(clusterWorkflowId(cluster)).signal(messages.decision, decision);
    } catch {
      // Its end is reported on another way (see clusters.ts).
    }
  }

  #audit(action: string, actor: Actor = {}, target?: string): void {
    this.decisions += 1;
    const { by = 'temporal', reason } = actor;
    const entry = {
      at: Date.now(),
      by,
      action,
      ...(target !== undefined && { target }),
      ...(reason !== undefined && { reason }),
    };
    this.apply({ type: 'decided', entry });
  }

  async #pause(paused: boolean, actor?: Actor): Promise<void> {
    this.paused = paused;
    this.#audit(paused ? 'pause' : 'resume', actor);
    this.apply({ type: paused ? 'paused' : 'resumed' });
    const open = [...this.children].filter((name) => !this.isOver(name));
    await Promise.all(open.map((name) => this.tellCluster(name, { action: paused ? 'pause' : 'resume' })));
  }

  #accept(input: AcceptInput): void {
    for (const code of input.codes) this.accepted.add(code);
    this.#audit('accept', input, input.codes.join(', '));
    this.#holds.retryAll();
  }

  #set(input: SetInput): void {
    this.maxConcurrency = input.maxConcurrency ?? this.maxConcurrency;
    this.maxFailures = input.maxFailures ?? this.maxFailures;
    this.#audit('set', input, `maxConcurrency ${this.maxConcurrency}, maxFailures ${this.maxFailures}`);
  }

  #handleMessages(): void {
    setHandler(messages.rolloutProgress, () => this.#progress, {
      description: 'Steps, waves, clusters, findings, audit.',
    });
    setHandler(messages.clusterReport, (report) => this.#takeReport(report));
    setHandler(messages.retry, (input?: DecisionInput) => this.#decide('retry', input), {
      validator: (input?: DecisionInput) => void this.#targets('retry', input),
      description:
        'Try again what waits for a person. {"cluster": "eu-1"} or {"code": "…"} or {} for all, with "by" and "reason".',
    });
    setHandler(messages.skip, (input?: DecisionInput) => this.#decide('skip', input), {
      validator: (input?: DecisionInput) => void this.#targets('skip', input),
      description:
        'Take a remote out of the rollout. {"cluster": "eu-1"} or {"code": "…"}, with "by" and "reason".',
    });
    setHandler(messages.pause, (actor) => this.#pause(true, actor), {
      description: 'Start nothing more. {"by": "…"}',
    });
    setHandler(messages.resume, (actor) => this.#pause(false, actor), {
      description: 'Go on after a pause. {"by": "…"}',
    });
    setHandler(
      messages.abort,
      (actor) => {
        this.#audit('abort', actor);
        this.scope.cancel();
      },
      { description: 'End the rollout and every cluster\'s work. {"by": "…", "reason": "…"}' },
    );
    setHandler(
      messages.approve,
      (input?: ApproveInput) => {
        const wave = input?.wave ?? this.#waitingWave();
        this.approved.add(wave);
        this.#audit('approve', input, wave);
      },
      {
        validator: (input?: ApproveInput) => void (input?.wave ?? this.#waitingWave()),
        description: 'Let the wave go on that waits for approval. {"by": "…", "reason": "…"}',
      },
    );
    setHandler(messages.accept, (input) => this.#accept(input), {
      validator: (input) => messages.rejectUnlessCodes(input),
      description:
        'Take findings on and go on. {"codes": ["service-cidr-overlap"], "by": "…", "reason": "…"}',
    });
    setHandler(messages.set, (input) => this.#set(input), {
      validator: (input) => messages.rejectUnlessStrategy(input),
      description: 'Change the strategy. {"maxConcurrency": 20, "maxFailures": 3, "by": "…"}',
    });
  }

  #waitingWave(): string {
    const wave = this.#progress.waves.find((each) => each.status === 'NeedsAttention');
    if (!wave)
      messages.reject('not-waiting', `No wave of the rollout of ${this.#progress.mesh} waits for approval.`);
    return wave.name;
  }
}
