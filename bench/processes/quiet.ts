import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.js';
import { cpuBetween, labCpu, totalOf } from './cpu-by-program.js';

const WINDOW_MS = 2_000;
const PATIENCE_MS = 60_000;

/**
 * Waits until the lab's processes have finished their start-up work: API servers build their OpenAPI documents, and
 * controllers list everything. Both sides of a comparison must find the same, idle clusters.
 *
 * @param cores the CPU usage, in cores, that counts as idle
 * @returns the current usage, in cores
 */
export async function untilQuiet(lab: Lab, cores = 0.5): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const before = await labCpu(lab);
    const since = performance.now();
    await sleep(WINDOW_MS);
    const used = totalOf(cpuBetween(before, await labCpu(lab))) / ((performance.now() - since) / 1000);
    if (used < cores || performance.now() > end) return used;
  }
}
