import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A process as /proc shows it (proc(5)). */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly environment: string;
}

/**
 * Returns what a run has left, one line for each: files in its temp folder, and processes. Every process that tests start
 * has that folder in its environment, as TMPDIR or, in a lab, as the parent of HOME. A port that is still open belongs to
 * one of these processes.
 *
 * @param folder temp folder of the run, an absolute path that no other run uses
 */
export async function leftovers(folder: string): Promise<string[]> {
  const all = await processes();
  const own = familyOf(process.pid, all);
  const left = all.filter(({ pid, environment }) => environment.includes(folder) && !own.has(pid));
  return [
    ...left.map(({ pid, command }) => `process ${pid}: ${command}`),
    ...(await readdir(folder)).map((name) => `file ${join(folder, name)}`),
  ];
}

/** A process and its descendants; children of a process that has ended are not among them. */
function familyOf(pid: number, all: readonly Process[]): Set<number> {
  const family = new Set([pid]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  return family;
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map(readProcess))).filter((one) => one !== undefined);
}

/** Undefined for a process that has just ended, and for one of another user. */
async function readProcess(pid: number): Promise<Process | undefined> {
  try {
    const [stat, command, environment] = await Promise.all(
      ['stat', 'cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
    );
    // `pid (name) state parent …`; the name may hold anything.
    const parent = Number(stat?.slice(stat.lastIndexOf(')')).split(' ')[2]);
    return {
      pid,
      parent,
      command: (command ?? '').replaceAll('\0', ' ').trim(),
      environment: environment ?? '',
    };
  } catch {
    return undefined;
  }
}
