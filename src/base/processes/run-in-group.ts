import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface GroupedProcess {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment: nothing else of the worker's reaches it. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Between SIGTERM and SIGKILL, in whole seconds. */
  readonly graceSeconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line that the program writes, on whichever of its two outputs. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface GroupOutcome {
  /** Exit status as a shell reports it: 127 for a command that does not exist, 137 for a killed one. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the program in a session of its own, with a guard beside it. The guard reads descriptor 3, a pipe whose other end
 * only the worker holds. When the worker closes it, or is killed so that the kernel closes it, the guard sends SIGTERM to
 * the whole group, and SIGKILL after the grace period. Descriptor 4 carries the exit status of the program: the shell
 * kills what is left of the group, and so itself, as soon as the program has ended. A program inherits ignored signals and
 * not handlers, so the shell ignores SIGTERM only after it has started the program.
 */
const GROUP = `
grace=$1
shift
trap : TERM
"$@" </dev/null 3<&- 4>&- &
program=$!
{
  trap '' TERM
  read -r _ <&3
  kill -TERM 0
  sleep "$grace"
  kill -KILL 0
} >/dev/null 2>&1 4>&- &
trap '' TERM
exec 3<&-
wait "$program"
echo "$?" >&4
kill -KILL 0
`;

/**
 * Runs a program and everything that it starts so that none of them outlives the worker, and returns what it wrote and
 * how it ended. An abort first asks the programs to end, so that they can put things in order. The promise settles when
 * all of them have ended.
 *
 * @throws the signal's reason when it aborts; the error of `spawn` when there is no `sh`
 */
export function runInGroup(process: GroupedProcess): Promise<GroupOutcome> {
  const { command, args, env, cwd, graceSeconds, signal, onLine } = process;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn('sh', ['-c', GROUP, 'sh', String(graceSeconds), command, ...args], {
      env,
      cwd,
      // A session of its own: the group is the shell and all its descendants.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const [, stdout, stderr, leash, status] = child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Writable,
      Readable,
    ];
    const written = {
      stdout: collect(stdout, onLine),
      stderr: collect(stderr, onLine),
      status: collect(status),
    };
    leash.on('error', () => {});

    const letGo = () => leash.destroy();
    signal?.addEventListener('abort', letGo, { once: true });
    const finish = (settle: () => void) => {
      signal?.removeEventListener('abort', letGo);
      leash.destroy();
      settle();
    };
    child.on('error', (error) => finish(() => reject(error)));
    child.on('close', () =>
      finish(() => {
        if (signal?.aborted) return reject(signal.reason);
        const reported = Number.parseInt(written.status(), 10);
        resolve({
          status: Number.isNaN(reported) ? 137 : reported,
          stdout: written.stdout(),
          stderr: written.stderr(),
        });
      }),
    );
  });
}

/** Collects what a stream carries; returns a function that returns all of it. */
function collect(stream: Readable, onLine?: (line: string) => void): () => string {
  const decoder = new StringDecoder('utf8');
  const parts: string[] = [];
  let line = '';
  stream.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk);
    parts.push(text);
    if (onLine === undefined) return;
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const each of lines) if (each.trim() !== '') onLine(each);
  });
  return () => parts.join('') + decoder.end();
}
