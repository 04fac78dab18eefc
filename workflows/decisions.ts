import { setHandler } from '@temporalio/workflow';
import type { AcceptInput, Actor, ApproveInput, DecisionInput, SetInput } from '../src/rollout/messages.js';
import { type Decision, type Holds, ROLLOUT } from './holds.js';
import * as messages from './messages.js';
import type { RolloutRun } from './rollout-run.js';

/** What people decide about a rollout: its updates, and what each of them changes. */
export class Decisions {
  readonly #run: RolloutRun;
  readonly #holds: Holds;

  constructor(run: RolloutRun, holds: Holds) {
    this.#run = run;
    this.#holds = holds;
  }

  /** The clusters that a `retry` or `skip` is about; rejects when there are none. */
  #targets(action: Decision, input?: DecisionInput | null): string[] {
    const { cluster: name, code } = input ?? {};
    if (action === 'skip' && name === undefined && code === undefined)
      messages.reject('decision-invalid', 'skip needs cluster or code.');
    if (name !== undefined) {
      const cluster = this.#run.cluster(name);
      if (action === 'skip') messages.rejectPrimary(cluster);
      const notAtWork =
        cluster.status === 'Pending' || (cluster.status === 'Running' && !this.#run.children.has(name));
      const mayBeSkipped = action === 'skip' && notAtWork;
      if (!mayBeSkipped && !this.#rolloutHeldFor(name)) messages.rejectUnlessWaiting(cluster);
      return [name];
    }
    const waiting = this.#run.progress.clusters.filter(
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
        `${what} waits for a decision in the rollout of ${this.#run.progress.mesh}.`,
      );
    }
    return targets;
  }

  /** A hold of the rollout is retried by naming the primary, or a cluster that its findings are about. */
  #rolloutHeldFor(name: string): boolean {
    const about = this.#run.progress.findings.some(
      (each) => each.cluster === name || each.otherCluster === name,
    );
    return this.#holds.has(ROLLOUT) && (about || this.#run.cluster(name).role === 'primary');
  }

  async #decide(action: Decision, input?: DecisionInput | null): Promise<{ clusters: string[] }> {
    const targets = this.#targets(action, input);
    this.#audit(action, input, input?.cluster ?? input?.code);
    for (const name of targets) {
      if (this.#holds.has(name)) this.#holds.decide(name, action);
      else if (this.#waitsItself(name)) await this.#run.tellCluster(name, { ...input, action });
      else this.#decideHere(action, name);
    }
    return { clusters: targets.filter((name) => name !== ROLLOUT) };
  }

  /** True when the cluster's own workflow waits for a person; that of a cluster which is done has ended. */
  #waitsItself(name: string): boolean {
    return this.#run.children.has(name) && this.#run.cluster(name).status === 'NeedsAttention';
  }

  /** A cluster whose workflow does not wait and which is not held: not begun yet, or held by an earlier run and not come to in this one. */
  #decideHere(action: Decision, cluster: string): void {
    const at = Date.now();
    if (action === 'skip') this.#run.apply({ type: 'cluster-skipped', cluster, at });
    else if (this.#run.cluster(cluster).status === 'NeedsAttention')
      this.#run.apply({ type: 'cluster-started', cluster, at });
    this.#holds.decide(ROLLOUT, 'retry');
  }

  #audit(action: string, actor?: Actor | null, target?: string): void {
    this.#run.decisions += 1;
    const { by = 'temporal', reason } = actor ?? {};
    const entry = {
      at: Date.now(),
      by,
      action,
      ...(target !== undefined && { target }),
      ...(reason !== undefined && { reason }),
    };
    this.#run.apply({ type: 'decided', entry });
  }

  async #pause(paused: boolean, actor?: Actor | null): Promise<void> {
    this.#run.paused = paused;
    this.#audit(paused ? 'pause' : 'resume', actor);
    this.#run.apply({ type: paused ? 'paused' : 'resumed' });
    const open = [...this.#run.children].filter((name) => !this.#run.isOver(name));
    await Promise.all(
      open.map((name) => this.#run.tellCluster(name, { action: paused ? 'pause' : 'resume' })),
    );
  }

  #accept(input: AcceptInput): void {
    for (const code of input.codes) this.#run.accepted.add(code);
    this.#audit('accept', input, input.codes.join(', '));
    this.#holds.lookAgain();
  }

  #set(input: SetInput): void {
    this.#run.set(input);
    this.#audit(
      'set',
      input,
      `maxConcurrency ${this.#run.maxConcurrency}, maxFailures ${this.#run.maxFailures}`,
    );
  }

  /** Answers the updates from now on. */
  handleUpdates(): void {
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
        this.#run.scope.cancel();
      },
      { description: 'End the rollout and every cluster\'s work. {"by": "…", "reason": "…"}' },
    );
    setHandler(
      messages.approve,
      (input?: ApproveInput) => {
        const wave = input?.wave ?? this.#waitingWave();
        this.#run.approved.add(wave);
        this.#audit('approve', input, wave);
      },
      {
        validator: (input?: ApproveInput) => this.#rejectUnlessWave(input?.wave ?? this.#waitingWave()),
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

  /** A wave may be approved before it waits. */
  #rejectUnlessWave(wave: string): void {
    const { mesh, waves } = this.#run.progress;
    if (!waves.some(({ name }) => name === wave))
      messages.reject('decision-invalid', `The rollout of ${mesh} has no wave ${wave}.`);
  }

  #waitingWave(): string {
    const wave = this.#run.progress.waves.find((each) => each.status === 'NeedsAttention');
    if (!wave)
      messages.reject(
        'not-waiting',
        `No wave of the rollout of ${this.#run.progress.mesh} waits for approval.`,
      );
    return wave.name;
  }
}
