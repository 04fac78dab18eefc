import { isOver } from '../../src/rollout/progress/rollout-progress.js';
import type { Status } from '../../src/rollout/steps.js';

interface Tally {
  /** Remotes that are neither done nor wait for a person. */
  unsettled: number;
  /** Remotes that wait for a person. */
  parked: number;
}

/** How many remotes of each wave are where, kept with every change of a status: a wave asks after each of them. */
export class WaveTallies {
  readonly #tallies = new Map<string, Tally>();

  /** One more remote that has not begun. */
  add(wave: string): void {
    this.#of(wave).unsettled += 1;
  }

  moved(wave: string, before: Status, after: Status): void {
    const tally = this.#of(wave);
    tally.unsettled += Number(!isSettled(after)) - Number(!isSettled(before));
    tally.parked += Number(after === 'NeedsAttention') - Number(before === 'NeedsAttention');
  }

  /** Whether every remote of a wave is done, or waits for a person. */
  isSettled(wave: string): boolean {
    return this.#of(wave).unsettled === 0;
  }

  /** How many remotes of a wave wait for a person. */
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
