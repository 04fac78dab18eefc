import { cpuSeconds } from './proc-stat.js';

const INTERVAL_MS = 100;

/** A reading: the CPU seconds used so far. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cpu: number;
}

/** How much CPU a process and its ended children used, and when. */
export interface TracedCpu {
  /** Seconds, from the first to the last reading. */
  readonly total: number;
  /** Returns the seconds used between two moments, which are in milliseconds since the epoch. */
  between(from: number, to: number): number;
}

/** Reads a process's CPU time repeatedly, so that the parts of a rollout can be distinguished afterwards. */
export class CpuTrace {
  readonly #pid: number;
  readonly #readings: Reading[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(pid: number) {
    this.#pid = pid;
    void this.#read();
    this.#timer = setInterval(() => void this.#read(), INTERVAL_MS);
  }

  static start(pid: number): CpuTrace {
    return new CpuTrace(pid);
  }

  /** Reads once more, ends the trace, and returns it. */
  async stop(): Promise<TracedCpu> {
    clearInterval(this.#timer);
    await this.#read();
    return traced(this.#readings);
  }

  async #read(): Promise<void> {
    const cpu = await cpuSeconds(this.#pid);
    this.#readings.push({ at: Date.now(), cpu });
  }
}

/**
 * Returns the trace of readings, which must be in order. CPU time is assumed to be evenly distributed between two
 * readings.
 */
export function traced(readings: readonly Reading[]): TracedCpu {
  const first = readings[0]?.cpu ?? Number.NaN;
  const last = readings.at(-1)?.cpu ?? Number.NaN;
  const usedBy = (at: number): number => {
    const next = readings.findIndex((reading) => reading.at >= at);
    const [before, after] = [readings[next - 1], readings[next]];
    if (after === undefined) return last;
    if (before === undefined) return after.cpu;
    const share = (at - before.at) / Math.max(1, after.at - before.at);
    return before.cpu + share * (after.cpu - before.cpu);
  };
  return { total: last - first, between: (from, to) => usedBy(to) - usedBy(from) };
}
