import { execa } from 'execa';

/*
 * Runs a command in a process group of its own that cannot outlive us: our end of the shell's standard input closes
 * when we close it and also when we die in any way, SIGKILL included; then the whole group is killed.
 */
const leash = `
exec 3<&0 </dev/null 2>&1
"$@" 3<&- &
command=$!
{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
watcher=$!
wait "$command"
status=$?
kill -KILL "$watcher"
exit "$status"
`;

/** How a leashed command ended. */
export interface LeashedResult {
  readonly succeeded: boolean;
  /** What it wrote to standard output and standard error, in order. */
  readonly output: string;
}

/** Options of {@link runLeashed}. */
export interface LeashOptions {
  readonly folder: string;
  /** The whole environment of the command; nothing is added. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end. It and all its children end with this process, however that ends, and with the signal.
 * A failing program is a result, not an error.
 * @throws the signal's reason when aborted; the processes are gone by then.
 */
export async function runLeashed(
  file: string,
  parameters: readonly string[],
  options: LeashOptions,
): Promise<LeashedResult> {
  options.signal?.throwIfAborted();
  const subprocess = execa('/bin/sh', ['-c', leash, 'leash', file, ...parameters], {
    cwd: options.folder,
    env: options.environment,
    extendEnv: false,
    stdin: 'pipe',
    detached: true,
    reject: false,
  });
  subprocess.stdout.on('data', (chunk: Buffer) => options.onOutput?.(chunk.toString()));
  const letGo = (): void => void subprocess.stdin.destroy();
  options.signal?.addEventListener('abort', letGo);
  const result = await subprocess;
  options.signal?.removeEventListener('abort', letGo);
  options.signal?.throwIfAborted();
  return { succeeded: !result.failed, output: result.stdout };
}
