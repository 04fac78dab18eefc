import { Trigger } from '@temporalio/workflow';
import { isOver } from '../../src/rollout/progress/rollout-progress.js';
import type { Status } from '../../src/rollout/steps.js';
import { isLongRun } from '../rollout/long-run.js';

/** What decides how many clusters may be at work at the same time. */
export interface PlaceLimits {
  readonly paused: boolean;
  readonly maxConcurrency: number;
  /** More parked clusters than this keep further ones from starting. */
  readonly maxFailures: number;
}

interface Turn {
  readonly cluster: string;
  readonly granted: Trigger<void>;
}

/**
 * The places of a rollout: at most `maxConcurrency` remotes are at work. Who wants a place waits in line, and is woken
 * when it is its turn: constant cost for each change, however many wait. What a person has decided comes first.
 */
export class Places {
  readonly #limits: () => PlaceLimits;
  /** Remotes that have a place: granted, or seen at work. */
  readonly #taken = new Set<string>();
  /** Remotes of which a step waits for a person. */
  readonly #parked = new Set<string>();
  readonly #waiting = new Set<string>();
  #retries: Turn[] = [];
  #starts: Turn[] = [];

  constructor(limits: () => PlaceLimits) {
    this.#limits = limits;
  }

  /** Whether a cluster waits for a place. */
  isWaiting(cluster: string): boolean {
    return this.#waiting.has(cluster);
  }

  /**
   * Waits for a place, and takes it. Resolves too when the cluster has finished meanwhile: then it has no place.
   *
   * @param why `retry` is not kept back by clusters that wait for a person, and goes before every `start`
   */
  async take(cluster: string, why: 'start' | 'retry'): Promise<void> {
    if (this.#taken.has(cluster)) return;
    const turn = { cluster, granted: new Trigger<void>() };
    this.#waiting.add(cluster);
    (why === 'retry' ? this.#retries : this.#starts).push(turn);
    this.grant();
    await turn.granted;
  }

  /** Returns the place of a cluster: another rollout holds the cluster for now. */
  leave(cluster: string): void {
    this.#taken.delete(cluster);
    this.grant();
  }

  /**
   * Notes what is known of a remote.
   *
   * @param isStarted whether its workflow was started: only then it takes a place, or counts as a failure
   */
  note(cluster: string, status: Status, isStarted: boolean): void {
    const isAtWork = isStarted && (status === 'Running' || status === 'Paused');
    if (isAtWork) this.#taken.add(cluster);
    else if (status === 'NeedsAttention' || isOver(status)) this.#taken.delete(cluster);
    if (isStarted && status === 'NeedsAttention') this.#parked.add(cluster);
    else this.#parked.delete(cluster);
    if (isOver(status) && this.#waiting.delete(cluster)) this.#wake(cluster);
    this.grant();
  }

  /** Grants free places to those who wait; to be called when a limit has changed. */
  grant(): void {
    for (;;) {
      const { paused, maxConcurrency, maxFailures } = this.#limits();
      // While something is being started all the time, a run that is long never finds the moment to end.
      if (paused || isLongRun() || this.#taken.size >= maxConcurrency) return;
      const turn =
        this.#retries.shift() ?? (this.#parked.size <= maxFailures ? this.#starts.shift() : undefined);
      if (turn === undefined) return;
      this.#waiting.delete(turn.cluster);
      this.#taken.add(turn.cluster);
      turn.granted.resolve();
    }
  }

  /** A cluster that has finished wants no place any more. */
  #wake(cluster: string): void {
    const isIt = (turn: Turn) => turn.cluster === cluster;
    [...this.#retries, ...this.#starts].find(isIt)?.granted.resolve();
    this.#retries = this.#retries.filter((turn) => !isIt(turn));
    this.#starts = this.#starts.filter((turn) => !isIt(turn));
  }
}
