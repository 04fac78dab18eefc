import { readFile } from 'node:fs/promises';

/** Clock ticks of Linux's /proc: 100 a second on every architecture that Node runs on (man 5 proc, sysconf(3)). */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system together. */
export interface CpuTime {
  /** CPU seconds of the process itself. */
  readonly own: number;
  /** CPU seconds of its finished children, and of theirs. */
  readonly children: number;
}

/**
 * Reads a line of /proc/<pid>/stat.
 *
 * @throws Error when the line is invalid
 */
export function parseStat(line: string): CpuTime {
  // The name of the program, in parentheses, may contain anything, including spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [user = Number.NaN, system = Number.NaN, childrenUser = Number.NaN, childrenSystem = Number.NaN] =
    fields.slice(11, 15).map(Number);
  const time = {
    own: (user + system) / TICKS_PER_SECOND,
    children: (childrenUser + childrenSystem) / TICKS_PER_SECOND,
  };
  if (Number.isNaN(time.own + time.children)) throw new Error(`not a line of /proc/<pid>/stat: ${line}`);
  return time;
}

/** Returns the CPU time of a process and of its finished children, in seconds; 0 when there is no such process. */
export async function cpuSeconds(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (line === undefined) return 0;
  const { own, children } = parseStat(line);
  return own + children;
}

/**
 * Reads the peak of a process's resident memory (VmHWM) from the text of /proc/<pid>/status.
 *
 * @returns MB (10^6 bytes)
 * @throws Error when the text does not contain it
 */
export function parsePeakMemory(status: string): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error('no VmHWM in /proc/<pid>/status');
  return (Number(kilobytes) * 1024) / 1e6;
}

/** Returns the peak of a process's resident memory since its start, in MB. */
export async function peakMemory(pid: number): Promise<number> {
  return parsePeakMemory(await readFile(`/proc/${pid}/status`, 'utf8'));
}
