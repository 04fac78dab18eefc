import { readdir, readFile } from 'node:fs/promises';
import type { CpuByProgram } from './cpu-by-program.js';
import { parseStat } from './proc-stat.js';

/** Returns the CPU seconds of a process's running threads, by their names. */
export async function cpuByThread(pid: number): Promise<CpuByProgram> {
  const spent = new Map<string, number>();
  const threads = await readdir(`/proc/${pid}/task`);
  await Promise.all(
    threads.map(async (id) => {
      const stat = await readFile(`/proc/${pid}/task/${id}/stat`, 'utf8').catch(() => undefined);
      if (stat === undefined) return;
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      const label = id === String(pid) ? `${name} (main thread)` : name.replace(/[-\d]+$/, '');
      spent.set(label, (spent.get(label) ?? 0) + parseStat(stat).own);
    }),
  );
  return spent;
}
