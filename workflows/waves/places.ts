import { Trigger } from '@temporalio/workflow';
import { isOver } from '../../src/rollout/progress/rollout-progress.js';
import type { Status } from '../../src/rollout/steps.js';
import { isLongRun } from '../rollout/long-run.js';

/** The limits for the clusters that may run at the same time. */
export interface PlaceLimits {
  readonly paused: boolean;
  readonly maxConcurrency: number;
  /** If more clusters than this are parked, no further ones start. */
  readonly maxFailures: number;
}

interface Turn {
  readonly cluster: string;
  readonly granted: Trigger<void>;
}

/**
 * The places of a rollout: at most `maxConcurrency` remotes run. A remote that needs a place waits in line, and is
 * woken when it is its turn: the cost per change is constant, however many wait. Remotes that a person has retried
 * come first.
 */
export class Places {
  readonly #limits: () => PlaceLimits;
  /** The remotes that have a place: granted, or seen running. */
  readonly #taken = new Set<string>();
  /** The remotes with a step that waits for a person. */
  readonly #parked = new Set<string>();
  readonly #waiting = new Set<string>();
  #retries: Turn[] = [];
  #starts: Turn[] = [];

  constructor(limits: () => PlaceLimits) {
    this.#limits = limits;
  }

  /** Returns whether a cluster waits for a place. */
  isWaiting(cluster: string): boolean {
    return this.#waiting.has(cluster);
  }

  /**
   * Waits for a place and takes it. Also resolves when the cluster has finished meanwhile; then it has no place.
   *
   * @param why `retry` is not delayed by clusters that wait for a person, and comes before every `start`
   */
  async take(cluster: string, why: 'start' | 'retry'): Promise<void> {
    if (this.#taken.has(cluster)) return;
    const turn = { cluster, granted: new Trigger<void>() };
    this.#waiting.add(cluster);
    (why === 'retry' ? this.#retries : this.#starts).push(turn);
    this.grant();
    await turn.granted;
  }

  /** Gives up the place of a cluster, because another rollout holds the cluster for now. */
  leave(cluster: string): void {
    this.#taken.delete(cluster);
    this.grant();
  }

  /**
   * Notes what is known of a remote.
   *
   * @param isStarted whether its workflow was started; only then it uses a place or counts as a failure
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

  /** Grants free places to waiting remotes. Call it when a limit has changed. */
  grant(): void {
    for (;;) {
      const { paused, maxConcurrency, maxFailures } = this.#limits();
      // If something is always being started, a long run never finds a moment to end.
      if (paused || isLongRun() || this.#taken.size >= maxConcurrency) return;
      const turn =
        this.#retries.shift() ?? (this.#parked.size <= maxFailures ? this.#starts.shift() : undefined);
      if (turn === undefined) return;
      this.#waiting.delete(turn.cluster);
      this.#taken.add(turn.cluster);
      turn.granted.resolve();
    }
  }

  /** Wakes a finished cluster, which no longer needs a place. */
  #wake(cluster: string): void {
    const isIt = (turn: Turn) => turn.cluster === cluster;
    [...this.#retries, ...this.#starts].find(isIt)?.granted.resolve();
    this.#retries = this.#retries.filter((turn) => !isIt(turn));
    this.#starts = this.#starts.filter((turn) => !isIt(turn));
  }
}
