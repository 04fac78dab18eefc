import { setHandler } from '@temporalio/workflow';
import type {
  AcceptInput,
  Actor,
  ApproveInput,
  DecisionInput,
  DecisionResult,
  SetInput,
} from '../../src/rollout/messages.js';
import type { ClusterProgress } from '../../src/rollout/progress/progress.js';
import { isOver } from '../../src/rollout/progress/rollout-progress.js';
import * as messages from '../messages.js';
import { type Decision, ROLLOUT } from './holds.js';
import type { RolloutRun } from './rollout-run.js';

/** What people decide about a rollout: its updates, and what each of them changes. */
export class Decisions {
  readonly #run: RolloutRun;

  constructor(run: RolloutRun) {
    this.#run = run;
  }

  /** Returns the clusters that a `retry` or `skip` is for. Rejects the update when there are none. */
  #targets(action: Decision, input?: DecisionInput | null): string[] {
    const { cluster: name, code } = input ?? {};
    if (action === 'skip' && name === undefined && code === undefined)
      messages.reject('decision-invalid', 'skip needs cluster or code.');
    if (name !== undefined) {
      this.#rejectUnlessDecidable(action, this.#run.cluster(name));
      return [name];
    }
    const waiting = this.#run.progress.clusters.filter(
      (each) =>
        each.status === 'NeedsAttention' &&
        (code === undefined || each.attention?.code === code) &&
        (action === 'retry' || each.role === 'remote'),
    );
    const isForRollout = code === undefined || code === this.#run.progress.attention?.code;
    const rollout = action === 'retry' && isForRollout && this.#run.holds.has(ROLLOUT) ? [ROLLOUT] : [];
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

  /** A remote can be skipped at any time before it has finished. A retry needs something that waits. */
  #rejectUnlessDecidable(action: Decision, cluster: ClusterProgress): void {
    if (action === 'skip') messages.rejectPrimary(cluster);
    if (action === 'skip' && !isOver(cluster.status)) return;
    if (!this.#run.isRolloutHeldFor(cluster.cluster)) messages.rejectUnlessWaiting(cluster);
  }

  /** Answers immediately. Work that takes time, such as waiting for a place, happens afterwards. */
  #decide(action: Decision, input?: DecisionInput | null): DecisionResult {
    const targets = this.#targets(action, input);
    this.#audit(action, input, input?.cluster ?? input?.code);
    for (const name of targets) {
      if (this.#run.holds.has(name)) this.#run.holds.decide(name, action);
      else this.#decideAbout(action, name);
    }
    return { clusters: targets.filter((name) => name !== ROLLOUT) };
  }

  #decideAbout(action: Decision, name: string): void {
    const { status, role } = this.#run.cluster(name);
    const isAtWork = this.#run.children.has(name) && !isOver(status);
    if (isAtWork && action === 'skip') {
      this.#run.toSkip.add(name);
      this.#later(() => this.#run.tellCluster(name, 'skip'));
    } else if (isAtWork && role === 'primary') {
      this.#later(() => this.#run.tellCluster(name, 'retry'));
    } else if (isAtWork) {
      this.#later(() => this.#run.retryChild(name));
    } else {
      this.#decideHere(action, name);
    }
  }

  /**
   * Decides about a cluster that has no workflow and is not held: it has not started, or an earlier run held it and
   * this run has not reached it.
   */
  #decideHere(action: Decision, cluster: string): void {
    if (action === 'skip') this.#run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
    else if (this.#run.cluster(cluster).status === 'NeedsAttention')
      this.#run.apply({ type: 'cluster-waits', cluster });
    this.#run.holds.decide(ROLLOUT, 'retry');
  }

  #later(work: () => Promise<void>): void {
    this.#run.scope.run(work).catch(() => {
      // An aborted rollout sends nothing to its clusters any more.
    });
  }

  #audit(action: string, actor?: Actor | null, target?: string): void {
    this.#run.decisions += 1;
    const { by = 'temporal', reason, via } = actor ?? {};
    const entry = {
      at: Date.now(),
      by,
      via: via === 'api' ? ('api' as const) : ('temporal' as const),
      action,
      ...(target !== undefined && { target }),
      ...(reason !== undefined && { reason }),
    };
    this.#run.apply({ type: 'decided', entry });
  }

  #pause(paused: boolean, actor?: Actor | null): void {
    this.#audit(paused ? 'pause' : 'resume', actor);
    if (paused) this.#run.pause();
    else this.#run.resume();
    for (const name of this.#run.children) {
      if (!this.#run.isOver(name))
        this.#later(() => this.#run.tellCluster(name, paused ? 'pause' : 'resume'));
    }
  }

  /** Re-evaluates everything that waits because of an accepted finding, here and in the workflows of clusters. */
  #accept({ codes, clusters, ...actor }: AcceptInput): void {
    this.#run.accept(codes.map((code) => ({ code, ...(clusters && { clusters }) })));
    const where = clusters ? ` in ${clusters.join(', ')}` : '';
    this.#audit('accept', actor, `${codes.join(', ')}${where}`);
    this.#run.holds.lookAgain(clusters);
    for (const { cluster, status, attention } of this.#run.progress.clusters) {
      const isMeant = clusters === undefined || clusters.includes(cluster);
      const waits = status === 'NeedsAttention' && !this.#run.holds.has(cluster);
      if (isMeant && waits && messages.isReleasedBy(attention?.code, codes))
        this.#decideAbout('retry', cluster);
    }
  }

  #set(input: SetInput): void {
    this.#run.set(input);
    this.#audit(
      'set',
      input,
      `maxConcurrency ${this.#run.maxConcurrency}, maxFailures ${this.#run.maxFailures}`,
    );
  }

  /** Registers the handlers of the updates. */
  handleUpdates(): void {
    const { rolloutId, progress } = this.#run;
    const check = (actor?: Actor | null) => messages.rejectOtherRollout(actor, rolloutId, progress.mesh);
    setHandler(messages.retry, (input?: DecisionInput) => this.#decide('retry', input), {
      validator: (input?: DecisionInput) => {
        check(input);
        this.#targets('retry', input);
      },
      description:
        'Retry what waits for a person. {"cluster": "eu-1"} or {"code": "…"} or {} for all, with "by" and "reason".',
    });
    setHandler(messages.skip, (input?: DecisionInput) => this.#decide('skip', input), {
      validator: (input?: DecisionInput) => {
        check(input);
        this.#targets('skip', input);
      },
      description: 'Skip a remote. {"cluster": "eu-1"} or {"code": "…"}, with "by" and "reason".',
    });
    setHandler(messages.pause, (actor) => this.#pause(true, actor), {
      validator: check,
      description: 'Start no further clusters. {"by": "…"}',
    });
    setHandler(messages.resume, (actor) => this.#pause(false, actor), {
      validator: check,
      description: 'Continue after a pause. {"by": "…"}',
    });
    setHandler(
      messages.abort,
      (actor) => {
        this.#audit('abort', actor);
        this.#run.scope.cancel();
      },
      {
        validator: check,
        description: 'End the rollout and every cluster\'s work. {"by": "…", "reason": "…"}',
      },
    );
    setHandler(
      messages.approve,
      (input?: ApproveInput) => {
        const wave = input?.wave ?? this.#waitingWave();
        this.#run.approved.add(wave);
        this.#audit('approve', input, wave);
      },
      {
        validator: (input?: ApproveInput) => {
          check(input);
          this.#rejectUnlessWave(input?.wave ?? this.#waitingWave());
        },
        description: 'Approve a wave. {"wave": "…", "by": "…", "reason": "…"}',
      },
    );
    setHandler(messages.accept, (input) => this.#accept(input), {
      validator: (input) => {
        check(input);
        messages.rejectUnlessCodes(input);
        for (const cluster of input.clusters ?? []) this.#run.cluster(cluster);
      },
      description:
        'Accept findings and continue. {"codes": ["attached-elsewhere"], "clusters": ["eu-1"], "by": "…", "reason": "…"}',
    });
    setHandler(messages.set, (input) => this.#set(input), {
      validator: (input) => {
        check(input);
        messages.rejectUnlessStrategy(input);
      },
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
