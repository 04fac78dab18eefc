import {
  type ActivityInterfaceFor,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { type ClusterEvent, reduceCluster, reportOf, startCluster } from '../src/rollout/cluster-progress.js';
import { describeCluster } from '../src/rollout/describe-progress.js';
import type { ClusterDecision, DecisionInput } from '../src/rollout/messages.js';
import { rolloutWorkflowId } from '../src/rollout/names.js';
import type { ClusterProgress, ClusterReport } from '../src/rollout/progress.js';
import type { MeshSettings } from '../src/rollout/resolved.js';
import type { StepResult } from '../src/rollout/step-results.js';
import type { StepName } from '../src/rollout/steps.js';
import { callOptions } from './activities.js';
import { attentionOf } from './attention.js';
import * as messages from './messages.js';
import { searchKeys } from './search-attributes.js';

/** Runs one step: its activity, again and again where a person says `retry`, until it succeeds. */
export type RunStep = <Input, Result extends StepResult>(
  step: StepName,
  activity: ActivityInterfaceFor<{ run: (input: Input) => Promise<Result> }>['run'],
  input: Input,
) => Promise<Result>;

/**
 * The frame of a cluster's workflow: progress, reports to the rollout, and a person's decisions. Runs `body`, which
 * calls the steps in their order and may give the proof that the cluster works.
 *
 * Status: Running → (NeedsAttention → Running | Skipped) → Succeeded; Paused between steps; Aborted when cancelled.
 */
export async function runCluster(
  settings: MeshSettings,
  target: { cluster: string; role: 'primary' | 'remote'; steps: readonly StepName[] },
  body: (run: ClusterRun) => Promise<void>,
): Promise<ClusterReport> {
  const run = new ClusterRun(settings, target);
  try {
    await body(run);
    await run.apply({ type: 'finished', at: Date.now(), status: 'Succeeded' });
  } catch (error) {
    if (error instanceof SkippedByPerson) {
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

/** One cluster on its way; see {@link runCluster}. */
export class ClusterRun {
  #progress: ClusterProgress;
  #settings: MeshSettings;
  #decision: 'retry' | 'skip' | undefined;
  #paused = false;
  /** What is left of progressDeadline; only time inside steps counts. */
  #budgetMs: number;

  constructor(
    settings: MeshSettings,
    target: { cluster: string; role: 'primary' | 'remote'; steps: readonly StepName[] },
  ) {
    this.#settings = settings;
    this.#budgetMs = settings.progressDeadlineMs;
    this.#progress = startCluster(target.cluster, target.role, target.steps, Date.now());
    this.#handleMessages();
    setCurrentDetails(describeCluster(this.#progress));
  }

  /** See {@link RunStep}. */
  step: RunStep = async (step, activity, input) => {
    for (;;) {
      await this.#whilePaused();
      await this.apply({ type: 'step-started', step, at: Date.now() });
      const startedAt = Date.now();
      try {
        const summary = `${this.#progress.cluster} · ${step}`;
        const options = callOptions(summary, Math.max(this.#budgetMs, MINIMUM_BUDGET_MS));
        const result = await activity.executeWithOptions(options, [input]);
        this.#budgetMs -= Date.now() - startedAt;
        await this.apply({ type: 'step-succeeded', step, at: Date.now(), result });
        return result;
      } catch (error) {
        await this.apply({ type: 'attention-needed', at: Date.now(), attention: attentionOf(error) });
        await this.#decided();
      }
    }
  };

  /** Takes an event into the progress and shows it: to the rollout when the status changed, in the UI always. */
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

  /** One line for every change of status, in the log of the worker; a person is needed: a warning. */
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
    try {
      const rollout = getExternalWorkflowHandle(rolloutWorkflowId(this.#settings.mesh));
      await rollout.signal(messages.clusterReport, this.report());
    } catch (error) {
      // The rollout may be gone, or another run of the mesh: this cluster goes on all the same.
      if (isCancellation(error)) throw error;
    }
  }

  async #decided(): Promise<void> {
    await condition(() => this.#decision !== undefined);
    const decision = this.#decision;
    this.#decision = undefined;
    if (decision === 'skip') throw new SkippedByPerson();
    this.#budgetMs = this.#settings.progressDeadlineMs;
    await this.apply({ type: 'retried' });
  }

  async #whilePaused(): Promise<void> {
    if (!this.#paused) return;
    await this.apply({ type: 'paused' });
    await condition(() => !this.#paused);
    await this.apply({ type: 'resumed' });
  }

  #decide(action: 'retry' | 'skip'): void {
    if (this.#progress.status === 'NeedsAttention') this.#decision ??= action;
  }

  #handleMessages(): void {
    setHandler(messages.clusterProgress, () => this.#progress, {
      description: 'Steps, attempts, last error, next action.',
    });
    setHandler(messages.decision, ({ action }: ClusterDecision) => {
      if (action === 'retry' || action === 'skip') this.#decide(action);
      else if (action === 'report') return this.#sendReport();
      else this.#paused = action === 'pause';
    });
    const validator = (action: 'retry' | 'skip') => (_input?: DecisionInput) => {
      messages.rejectUnlessWaiting(this.#progress);
      if (action === 'skip') messages.rejectPrimary(this.#progress);
    };
    const decide = (action: 'retry' | 'skip') => (_input?: DecisionInput) => {
      this.#decide(action);
      return { clusters: [this.#progress.cluster] };
    };
    setHandler(messages.retry, decide('retry'), {
      validator: validator('retry'),
      description: 'Run the step again that waits for a person. {"by": "…", "reason": "…"}',
    });
    setHandler(messages.skip, decide('skip'), {
      validator: validator('skip'),
      description: 'Leave this cluster as it is and take it out of the rollout. {"by": "…", "reason": "…"}',
    });
  }
}

/** Below this an activity could not even start; the deadline is over then and the next failure parks the cluster. */
const MINIMUM_BUDGET_MS = 1000;

/** Ends the body of a cluster's workflow when a person skips it; caught in {@link runCluster} only. */
class SkippedByPerson extends Error {}
