import { isOver } from '../../src/rollout/progress/rollout-progress.js';
import type { Status } from '../../src/rollout/steps.js';

interface Tally {
  /** The number of remotes that have neither finished nor wait for a person. */
  unsettled: number;
  /** The number of remotes that wait for a person. */
  parked: number;
}

/**
 * Counts the remotes of each wave by state. The counts are updated with every change of status, because a wave reads
 * them after each change.
 */
export class WaveTallies {
  readonly #tallies = new Map<string, Tally>();

  /** Adds a remote that has not started. */
  add(wave: string): void {
    this.#of(wave).unsettled += 1;
  }

  moved(wave: string, before: Status, after: Status): void {
    const tally = this.#of(wave);
    tally.unsettled += Number(!isSettled(after)) - Number(!isSettled(before));
    tally.parked += Number(after === 'NeedsAttention') - Number(before === 'NeedsAttention');
  }

  /** Returns whether every remote of a wave has finished or waits for a person. */
  isSettled(wave: string): boolean {
    return this.#of(wave).unsettled === 0;
  }

  /** Returns how many remotes of a wave wait for a person. */
  parked(wave: string): number {
    return this.#of(wave).parked;
  }

  #of(wave: string): Tally {
    const tally = this.#tallies.get(wave) ?? { unsettled: 0, parked: 0 };
    this.#tallies.set(wave, tally);
    return tally;
  }
}

function isSettled(status: Status): boolean {
  return isOver(status) || status === 'NeedsAttention';
}
