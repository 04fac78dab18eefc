import { CancellationScope, isCancellation, sleep, Trigger } from '@temporalio/workflow';
import type { ClusterInspection } from '../../src/rollout/checks/findings.js';
import { inspectInput } from '../../src/rollout/checks/inspect-input.js';
import { ERRORS } from '../../src/rollout/codes.js';
import type { Attention } from '../../src/rollout/progress/progress.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { activities, callOptions } from '../activities.js';
import { attentionOf } from '../cluster/attention.js';

/** How waiting for a cluster ended: it was inspected (undefined), or a person is needed. */
type Outcome = Attention | undefined;

interface Waiting {
  /** When to give up, in milliseconds since the epoch. */
  readonly until: number;
  readonly ended: Trigger<Outcome>;
}

/**
 * Waits for remotes that do not answer. One activity waits for all of them, and adds nothing to the rollout's history
 * while none of them answers.
 */
export class Reach {
  readonly #resolved: ResolvedRollout;
  readonly #take: (inspections: readonly ClusterInspection[]) => void;
  readonly #waiting = new Map<string, Waiting>();
  #changed = new Trigger<void>();
  #isRunning = false;

  /** @param take receives the inspections of clusters that answer */
  constructor(resolved: ResolvedRollout, take: (inspections: readonly ClusterInspection[]) => void) {
    this.#resolved = resolved;
    this.#take = take;
  }

  /**
   * Waits until a cluster answers and is inspected, for at most the rollout's `progressDeadline`.
   *
   * @param needless ends the wait early, for example because a person skips the cluster
   * @returns why a person is needed; undefined when the cluster was inspected, or the wait was needless
   */
  async wait(cluster: string, needless: PromiseLike<void>): Promise<Outcome> {
    const waiting = {
      until: Date.now() + this.#resolved.progressDeadlineMs,
      ended: new Trigger<Outcome>(),
    };
    this.#waiting.set(cluster, waiting);
    this.#change();
    if (!this.#isRunning) void this.#run().catch(ignoreAbort);
    const outcome = await Promise.race([waiting.ended, needless.then(() => undefined)]);
    if (this.#waiting.delete(cluster)) this.#change();
    return outcome;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = new Trigger();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // Remotes of one wave begin to wait at the same moment.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      await this.#ask([...this.#waiting.keys()]);
      this.#giveUpOverdue();
    }
    this.#isRunning = false;
  }

  /** Asks until one of the clusters answers, one reaches its deadline, or the set of waiting clusters changes. */
  async #ask(clusters: readonly string[]): Promise<void> {
    const summary = `${clusters.length} clusters that do not answer, from ${clusters[0]}`;
    const input = inspectInput(this.#resolved, clusters);
    const firstEnd = Math.min(...[...this.#waiting.values()].map(({ until }) => until));
    const changed = this.#changed;
    const scope = new CancellationScope();
    try {
      await scope.run(async () => {
        const asked = activities.awaitClusters.executeWithOptions(callOptions(summary), [input]);
        const overdue = sleep(Math.max(firstEnd - Date.now(), 1), { summary: 'progressDeadline' });
        for (const left of [asked, overdue]) left.catch(() => undefined);
        const inspections = await Promise.race([asked, overdue, changed]);
        if (inspections) this.#end(inspections);
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
      const attention = attentionOf(error);
      for (const cluster of clusters) this.#resolve(cluster, attention);
    } finally {
      scope.cancel();
    }
  }

  #end(inspections: readonly ClusterInspection[]): void {
    this.#take(inspections);
    for (const { cluster, unreachable } of inspections) {
      if (!unreachable) this.#resolve(cluster, undefined);
    }
  }

  #giveUpOverdue(): void {
    const { action } = ERRORS['progress-deadline-exceeded'];
    for (const [cluster, { until }] of [...this.#waiting]) {
      if (Date.now() < until) continue;
      const message = `${cluster} has not answered within progressDeadline.`;
      this.#resolve(cluster, { code: 'progress-deadline-exceeded', message, action });
    }
  }

  #resolve(cluster: string, outcome: Outcome): void {
    const waiting = this.#waiting.get(cluster);
    this.#waiting.delete(cluster);
    waiting?.ended.resolve(outcome);
  }
}

function ignoreAbort(): void {
  // Waiting callers learn of the abort through their own trigger.
}
