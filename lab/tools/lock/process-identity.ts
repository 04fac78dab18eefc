import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { execa } from 'execa';

/** Names one process for good: a pid alone is given to another process later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the words of the operating system; equal only for the same process. */
  readonly started: string;
  readonly host: string;
  /** On Linux; empty elsewhere. On another host or in another namespace the pid means nothing. */
  readonly pidNamespace: string;
}

const ownNamespace = (): Promise<string> => readlink('/proc/self/ns/pid').catch(() => '');

async function startedOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): after the name in brackets, which may hold anything, field 3 is the state and field 22 the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isDead = fields[0] === 'Z' || fields[0] === 'X';
  return isDead ? undefined : fields[22 - 3];
}

async function startedElsewhere(pid: number): Promise<string | undefined> {
  const { stdout } = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], { reject: false });
  return stdout || undefined;
}

/** When a process started; undefined when there is none, or only what a parent has not yet reaped of it. */
export async function processStarted(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? startedOnLinux(pid) : startedElsewhere(pid);
}

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const [started = '', pidNamespace] = await Promise.all([processStarted(process.pid), ownNamespace()]);
  return { pid: process.pid, started, host: hostname(), pidNamespace };
}

/** Whether that process lives: `elsewhere` when it runs where nobody here can tell, on another machine or in another container. */
export async function processState(identity: ProcessIdentity): Promise<'alive' | 'dead' | 'elsewhere'> {
  const isHere = identity.host === hostname() && identity.pidNamespace === (await ownNamespace());
  if (!isHere) return 'elsewhere';
  return (await processStarted(identity.pid)) === identity.started ? 'alive' : 'dead';
}
