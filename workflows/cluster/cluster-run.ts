import {
  type ActivityInterfaceFor,
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  Trigger,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ClusterDecision, DecisionInput } from '../../src/rollout/messages.js';
import { rolloutWorkflowId } from '../../src/rollout/names.js';
import {
  type ClusterEvent,
  reduceCluster,
  reportOf,
  startCluster,
} from '../../src/rollout/progress/cluster-progress.js';
import { describeCluster } from '../../src/rollout/progress/describe-progress.js';
import type { ClusterDecided, ClusterProgress, ClusterReport } from '../../src/rollout/progress/progress.js';
import type { StepResult } from '../../src/rollout/progress/step-results.js';
import type { MeshSettings } from '../../src/rollout/resolve/resolved.js';
import type { StepName } from '../../src/rollout/steps.js';
import { callOptions } from '../activities.js';
import * as messages from '../messages.js';
import { searchKeys } from '../search-attributes.js';
import { attentionOf } from './attention.js';
import { Budget } from './budget.js';

/** What a cluster's workflow must know from the start. */
export interface ClusterTarget {
  readonly cluster: string;
  readonly role: 'primary' | 'remote';
  readonly steps: readonly StepName[];
  /** Codes of findings that the user has accepted for the cluster. */
  readonly accept: readonly string[];
}

/** Runs one step: its activity, repeated whenever a person decides `retry`, until it succeeds. */
export type RunStep = <Input, Result extends StepResult>(
  step: StepName,
  activity: ActivityInterfaceFor<{ run: (input: Input) => Promise<Result> }>['run'],
  input: Input,
) => Promise<Result>;

/**
 * The frame of a cluster's workflow: progress, reports to the rollout, and a person's decisions. Runs `body`, which
 * calls the steps in order and may return the proof that the cluster works.
 *
 * Status: Running → (NeedsAttention → Running | Skipped) → Succeeded; Paused between steps; Aborted when cancelled.
 */
export async function runCluster(
  settings: MeshSettings,
  target: ClusterTarget,
  body: (run: ClusterRun) => Promise<void>,
): Promise<ClusterReport> {
  const run = new ClusterRun(settings, target);
  run.handleMessages();
  try {
    await run.untilSkipped(() => body(run));
    await run.apply({ type: 'finished', at: Date.now(), status: 'Succeeded' });
  } catch (error) {
    if (run.isSkipped) {
      await run.apply({ type: 'finished', at: Date.now(), status: 'Skipped' });
    } else {
      if (isCancellation(error)) {
        await CancellationScope.nonCancellable(() =>
          run.apply({ type: 'finished', at: Date.now(), status: 'Aborted' }),
        );
      }
      throw error;
    }
  }
  return run.report();
}

/** The run of one cluster; see {@link runCluster}. */
export class ClusterRun {
  #progress: ClusterProgress;
  readonly #settings: MeshSettings;
  readonly #budget: Budget;
  readonly #scope = new CancellationScope();
  #accept: readonly string[];
  #retried: Trigger<void> | undefined;
  #resumed: Trigger<void> | undefined;
  /** The newest decision about pausing, because signals may arrive out of order. */
  #pauseOrder: ClusterDecision['order'] = [0, 0];
  #isSkipped = false;
  #decided: ClusterDecided | undefined;

  constructor(settings: MeshSettings, { cluster, role, steps, accept }: ClusterTarget) {
    this.#settings = settings;
    this.#budget = new Budget(settings.progressDeadlineMs);
    this.#accept = accept;
    this.#progress = startCluster(cluster, role, steps, Date.now());
    setCurrentDetails(describeCluster(this.#progress));
  }

  /** Codes of findings that the user has accepted for the cluster by now. */
  get accept(): readonly string[] {
    return this.#accept;
  }

  /** Returns whether a person has skipped the cluster. */
  get isSkipped(): boolean {
    return this.#isSkipped;
  }

  /** Runs `work`, and cancels it when a person skips the cluster, even in the middle of a step. */
  async untilSkipped(work: () => Promise<void>): Promise<void> {
    await this.#scope.run(work);
  }

  /** See {@link RunStep}. */
  step: RunStep = async (step, activity, input) => {
    for (;;) {
      await this.#whilePaused();
      await this.apply({ type: 'step-started', step, at: Date.now() });
      try {
        const summary = `${this.#progress.cluster} · ${step}`;
        const call = { ...input, accept: this.#accept };
        const result = await this.#budget.spend((deadlineMs) =>
          activity.executeWithOptions(callOptions(summary, deadlineMs), [call]),
        );
        await this.apply({ type: 'step-succeeded', step, at: Date.now(), result });
        return result;
      } catch (error) {
        await this.#parked(attentionOf(error));
      }
    }
  };

  /** Waits for a person: `retry` returns, `skip` cancels what waits. */
  async #parked(attention: ReturnType<typeof attentionOf>): Promise<void> {
    const retried = new Trigger<void>();
    this.#retried = retried;
    await this.apply({ type: 'attention-needed', at: Date.now(), attention });
    await retried;
    this.#budget.renew();
    await this.apply({ type: 'retried' });
  }

  /** Adds an event to the progress, reports it to the rollout if the status has changed, and shows it in the UI. */
  async apply(event: ClusterEvent): Promise<void> {
    const before = this.#progress;
    this.#progress = reduceCluster(before, event);
    setCurrentDetails(describeCluster(this.#progress));
    const { status, step } = this.#progress;
    if (status === before.status && step === before.step) return;
    upsertSearchAttributes([
      { key: searchKeys.status, value: status },
      ...(step ? [{ key: searchKeys.step, value: step }] : []),
    ]);
    if (status === before.status) return;
    this.#log();
    await this.#sendReport();
  }

  /** Writes a line to the worker's log for every change of status; a warning if a person is needed. */
  #log(): void {
    const { cluster, status, step, attention } = this.#progress;
    const fields = {
      mesh: this.#settings.mesh,
      cluster,
      ...(step && { step }),
      ...(attention && status === 'NeedsAttention' && { code: attention.code }),
    };
    log[status === 'NeedsAttention' ? 'warn' : 'info'](`cluster is ${status}`, fields);
  }

  report(): ClusterReport {
    return reportOf(this.#progress, this.#settings.rolloutId);
  }

  async #sendReport(): Promise<void> {
    const report = { ...this.report(), ...(this.#decided && { decided: this.#decided }) };
    this.#decided = undefined;
    try {
      const rollout = getExternalWorkflowHandle(rolloutWorkflowId(this.#settings.mesh));
      await rollout.signal(messages.clusterReport, report);
    } catch (error) {
      // The rollout may have ended, or another one may run for the mesh: this cluster continues in any case.
      if (isCancellation(error)) throw error;
    }
  }

  async #whilePaused(): Promise<void> {
    if (!this.#resumed) return;
    await this.apply({ type: 'paused' });
    while (this.#resumed) await this.#resumed;
    await this.apply({ type: 'resumed' });
  }

  #retry(): void {
    this.#retried?.resolve();
    this.#retried = undefined;
  }

  #skip(): void {
    this.#isSkipped = true;
    this.#scope.cancel();
  }

  #pause(paused: boolean, order: ClusterDecision['order']): void {
    if (isBefore(order, this.#pauseOrder)) return;
    this.#pauseOrder = order;
    if (paused) {
      this.#resumed ??= new Trigger();
    } else {
      this.#resumed?.resolve();
      this.#resumed = undefined;
    }
  }

  #take({ action, order, accept }: ClusterDecision): Promise<void> | undefined {
    if (action === 'report') return this.#sendReport();
    if (accept) this.#accept = accept;
    if (action === 'retry') this.#retry();
    else if (action === 'skip') this.#skip();
    else this.#pause(action === 'pause', order);
    return undefined;
  }

  /** Registers the handlers for queries and decisions of the rollout, and of people in the Temporal UI and CLI. */
  handleMessages(): void {
    setHandler(messages.clusterProgress, () => this.#progress, {
      description: 'Steps, attempts, last error, next action.',
    });
    setHandler(messages.decision, (decision: ClusterDecision) => this.#take(decision));
    const decide = (action: 'retry' | 'skip') => (input?: DecisionInput) => {
      const { by = 'temporal', reason } = input ?? {};
      this.#decided = { at: Date.now(), by, action, ...(reason !== undefined && { reason }) };
      if (action === 'retry') this.#retry();
      else this.#skip();
      return { clusters: [this.#progress.cluster] };
    };
    setHandler(messages.retry, decide('retry'), {
      validator: (_input?: DecisionInput) => messages.rejectUnlessWaiting(this.#progress),
      description: 'Retry the step that waits for a person. {"by": "…", "reason": "…"}',
    });
    setHandler(messages.skip, decide('skip'), {
      validator: (_input?: DecisionInput) => messages.rejectPrimary(this.#progress),
      description: 'Leave this cluster as it is and remove it from the rollout. {"by": "…", "reason": "…"}',
    });
  }
}

function isBefore(one: ClusterDecision['order'], other: ClusterDecision['order']): boolean {
  return one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
}
