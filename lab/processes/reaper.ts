import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads "add PID" and "drop PID" lines; at the end of its input it kills the process groups it still knows
 * and removes the directories given as arguments. Killed programs may write for a moment longer, hence the retries.
 */
const SCRIPT = `
pids=
while read -r word pid; do
  case $word in
    add) pids="$pids $pid" ;;
    drop) kept=; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for pid in $pids; do kill -s KILL -- "-$pid" 2>/dev/null; done
tries=0
until rm -rf -- "$@" 2>/dev/null || [ $tries -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
`;

/**
 * Ends the lab's children and removes its files when the lab itself is gone, however it went.
 *
 * It is a process of its own, in its own session, so that neither Ctrl-C in the terminal nor SIGKILL of the lab reaches it.
 * The only thing it trusts is the pipe from the lab: the kernel closes it when the lab ends.
 */
export class Reaper {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the reaper; it removes `directories` (absolute paths) when the lab ends. */
  static async start(directories: string[]): Promise<Reaper> {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'lab-reaper', ...directories], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    await once(child, 'spawn');
    child.unref();
    // A dead reaper must not take the lab with it (EPIPE); the lab still stops its children itself.
    child.stdin?.on('error', () => {});
    return new Reaper(child);
  }

  /** Makes the reaper responsible for the process group `pid`. */
  add(pid: number): void {
    this.#child.stdin?.write(`add ${pid}\n`);
  }

  /** Takes the process group `pid` from the reaper: it ended, and its number may be given to a stranger. */
  drop(pid: number): void {
    this.#child.stdin?.write(`drop ${pid}\n`);
  }

  /** Lets the reaper do its work now and waits for it. */
  async finish(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.ref();
    this.#child.stdin?.end();
    await exited;
  }
}
