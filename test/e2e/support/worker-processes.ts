import { execa } from 'execa';
import type { Product } from '../../../lab/product.js';
import { until } from '../../support/wait.js';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function processes(): Promise<Process[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** The processes that a process has started, and those that they have. */
async function descendants(pid: number): Promise<Process[]> {
  const all = await processes();
  const found: Process[] = [];
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** Stops (SIGSTOP) the next child of the worker with such a command line: the worker waits for it from then on. */
export async function stopChild({ worker }: Product, command: RegExp): Promise<void> {
  const stop = async () => {
    const child = (await descendants(worker?.pid ?? 0)).find((each) => command.test(each.command));
    if (child) process.kill(child.pid, 'SIGSTOP');
    return child;
  };
  await until(`a child ${command} of the worker`, stop, {
    // It has ended between the two.
    tolerate: (error) => (error as NodeJS.ErrnoException).code === 'ESRCH',
  });
}

/**
 * Kills the worker (SIGKILL), and nothing but it: its children must end by themselves.
 *
 * @param withinMs how long the children may take
 * @returns the command lines of the children that it had
 */
export async function killWorker({ worker }: Product, withinMs = 5_000): Promise<string[]> {
  if (!worker) throw new Error('no worker runs');
  const children = await descendants(worker.pid);
  process.kill(worker.pid, 'SIGKILL');
  await worker.exited;
  const pids = new Set(children.map(({ pid }) => pid));
  const left = async () =>
    (await processes()).filter(({ pid, command }) => pids.has(pid) && isAlive(command));
  await until('the children of the killed worker to end', async () => (await left()).length === 0, {
    timeoutMs: withinMs,
  });
  return children.map(({ command }) => command);
}

/** A zombie has ended; where nobody is init it stays in the table. */
function isAlive(command: string): boolean {
  return !command.includes('<defunct>');
}
