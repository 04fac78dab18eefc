import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface LeashedProcess {
  readonly command: string;
  readonly args: readonly string[];
  /** What the program reads on its standard input. */
  readonly input: string;
  /** Its whole environment: nothing else of the worker's reaches it. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface ProcessOutcome {
  /** Exit status as a shell reports it: 127 for a command that is not there, 137 for a killed one. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the program and a guard beside it. The guard reads file descriptor 4, a pipe whose other end only the worker
 * holds: when the worker closes it, or is killed and the kernel closes it, the guard kills the program. So one
 * mechanism serves cancellation and a SIGKILL of the worker, on every POSIX system; `setpriv --pdeathsig`, which would
 * do for the second, is not part of small images. The program's input comes through descriptor 3, because a shell
 * gives /dev/null to what it runs in the background.
 */
const LEASH = `
"$@" <&3 3<&- 4<&- &
program=$!
{ read -r _ <&4; kill -KILL "$program"; } >/dev/null 2>&1 3<&- &
guard=$!
exec 3<&- 4<&-
wait "$program"
status=$?
kill -KILL "$guard" 2>/dev/null
exit "$status"
`;

/**
 * Runs a program that cannot outlive the worker, and gives what it wrote and how it ended, whatever its status.
 *
 * @throws the signal's reason when it aborts; the error of `spawn` when there is no `sh`.
 */
export function runLeashed(process: LeashedProcess): Promise<ProcessOutcome> {
  const { command, args, input, env, signal } = process;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn('sh', ['-c', LEASH, 'sh', command, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const [, stdout, stderr, stdin, leash] = child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Writable,
      Writable,
    ];

    const collected = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    stdout.on('data', (chunk: Buffer) => collected.stdout.push(chunk));
    stderr.on('data', (chunk: Buffer) => collected.stderr.push(chunk));
    // A program that ends early closes its input; its status tells the story.
    stdin.on('error', () => {});
    leash.on('error', () => {});
    stdin.end(input);

    const letGo = () => leash.destroy();
    signal?.addEventListener('abort', letGo, { once: true });
    const finish = (settle: () => void) => {
      signal?.removeEventListener('abort', letGo);
      leash.destroy();
      settle();
    };
    child.on('error', (error) => finish(() => reject(error)));
    child.on('close', (code, killedBy) =>
      finish(() => {
        if (signal?.aborted) return reject(signal.reason);
        const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
        resolve({
          status: killedBy === null ? (code ?? 0) : 137,
          stdout: text(collected.stdout),
          stderr: text(collected.stderr),
        });
      }),
    );
  });
}
