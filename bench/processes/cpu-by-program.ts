import type { Lab } from '../../lab/lab.js';
import { cpuSeconds } from './proc-stat.js';

/** CPU seconds by what they were spent on, such as `kube-apiserver of remotes`. */
export type CpuByProgram = ReadonlyMap<string, number>;

/** Returns the CPU time that this process and every process of a lab have used so far. */
export async function labCpu(lab: Lab): Promise<CpuByProgram> {
  const used = new Map<string, number>();
  const add = (program: string, seconds: number) => used.set(program, (used.get(program) ?? 0) + seconds);
  const processes = lab
    .status()
    .processes.map(async ({ name, pid }) => add(programOf(name), await cpuSeconds(pid)));
  await Promise.all(processes);
  const { user, system } = process.cpuUsage();
  add('the lab itself (proxies)', (user + system) / 1e6);
  return used;
}

/** Returns the CPU time between two readings, without processes that ended in between. */
export function cpuBetween(before: CpuByProgram, after: CpuByProgram): CpuByProgram {
  return new Map(
    [...after].map(([program, seconds]) => [program, Math.max(0, seconds - (before.get(program) ?? 0))]),
  );
}

/** Returns the sum over all programs, in seconds. */
export function totalOf(cpu: CpuByProgram): number {
  return [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
}

/** `remote-3/kube-apiserver` is a kube-apiserver of remotes; processes of no cluster keep their name. */
function programOf(name: string): string {
  const slash = name.indexOf('/');
  if (slash < 0) return name;
  const [cluster, program] = [name.slice(0, slash), name.slice(slash + 1)];
  return `${program.split('/')[0]} of ${cluster === 'primary' ? 'the primary' : 'remotes'}`;
}
