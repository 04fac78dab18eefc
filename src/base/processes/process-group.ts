import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { redact } from '../text/redact.js';

/** A program that starts others, all of which are to end with it. */
export interface GroupedProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing else of the worker's reaches the programs. PATH has to find `sleep`. */
  readonly env: Readonly<Record<string, string>>;
  /** How long the programs may take to end after SIGTERM; then they are killed. @default 5 seconds */
  readonly graceSeconds?: number;
  /** Called with every line of standard output and standard error, redacted. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a program ended, and everything that it wrote. The text may hold credentials. */
export interface ProgramOutcome {
  /** Exit status as a shell reports it: 127 for a command that does not exist, 137 for a killed one. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the program in a session and process group of its own, with a guard beside it. The guard reads descriptor 3, a
 * pipe whose other end only the worker holds: when the worker closes it, or is killed and the kernel closes it, the guard
 * ends the whole group, first with SIGTERM and then with SIGKILL. When the program has ended, the shell reports its status
 * on descriptor 4 and kills what is left of the group, itself included. The shell survives SIGTERM to do so.
 */
const LEASH = `
grace=$1
shift
trap : TERM
"$@" </dev/null 3<&- 4>&- &
program=$!
{ trap '' TERM; read -r _ <&3; kill -s TERM -- "-$$"; sleep "$grace"; kill -s KILL -- "-$$"; } >/dev/null 2>&1 4>&- &
exec 3<&-
while :; do
  wait "$program"
  status=$?
  kill -s 0 "$program" 2>/dev/null || break
done
echo "$status" >&4
kill -s KILL -- "-$$"
`;

/**
 * Runs a program that starts other programs. Neither it nor any of them outlives the call or the worker, whichever is
 * killed. Returns what the program wrote and how it ended, whatever its status.
 *
 * @throws the signal's reason when it aborts; the error of `spawn` when there is no `sh`
 */
export function runProcessGroup(program: GroupedProgram): Promise<ProgramOutcome> {
  const { command, args, env, graceSeconds = 5, onLine, signal } = program;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn('sh', ['-c', LEASH, 'sh', String(graceSeconds), command, ...args], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    const [, stdout, stderr, leash, report] = child.stdio as unknown as [
      null,
      Readable,
      Readable,
      Writable,
      Readable,
    ];
    const texts = [stdout, stderr, report].map(collect);
    if (onLine !== undefined) for (const stream of [stdout, stderr]) eachLine(stream, onLine);
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
        const [out = '', err = '', status = ''] = texts.map((text) => text());
        resolve({ status: status === '' ? 137 : Number(status), stdout: out, stderr: err });
      }),
    );
  });
}

/** Returns a function that returns everything that the stream has delivered so far. */
function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Calls back with every line that is not blank. */
function eachLine(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new TextDecoder();
  let rest = '';
  const say = (line: string) => {
    if (line.trim() !== '') onLine(redact(line.trim()));
  };
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(say);
  });
  stream.on('end', () => say(rest));
}
