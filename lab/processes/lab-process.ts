import type { ChildProcess } from 'node:child_process';
import { isNotConnected } from '../tolerate.js';
import { waitFor } from '../wait.js';
import { logTail } from './log-tail.js';

/** How {@link LabProcess.waitUntil} waits. */
interface WaitUntilOptions {
  /** @default 60 seconds */
  timeoutMilliseconds?: number;
  /** Says which errors of the check mean "not yet". @default those of a server that does not listen yet */
  tolerate?: (error: unknown) => boolean;
}

/** A child process of the lab, the leader of its own process group. */
export class LabProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles, never rejects, when the process ended: with `exit code 1`, or the signal that ended it. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  constructor(name: string, logFile: string, child: ChildProcess, pid: number) {
    this.name = name;
    this.pid = pid;
    this.#child = child;
    this.#logFile = logFile;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** An error with the tail of its log when it has ended; `undefined` while it runs. */
  async failure(): Promise<Error | undefined> {
    if (this.running) return undefined;
    return new Error(`${this.name} ended with ${await this.exited}${await this.#logTail()}`);
  }

  /** Sends a signal to its process group and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.running) signalGroup(this.pid, signal);
    await this.exited;
  }

  /**
   * Waits until `check` returns something other than `undefined`, and returns that.
   *
   * @param what the condition in words.
   * @throws Error with the tail of the process's log when the process ends first, when the wait times out, or when the
   * check throws an error that is not tolerated.
   */
  async waitUntil<T>(
    what: string,
    check: () => Promise<T | undefined>,
    { timeoutMilliseconds = 60_000, tolerate = isNotConnected }: WaitUntilOptions = {},
  ): Promise<T> {
    try {
      return await waitFor({
        what: `${this.name} ${what}`,
        check,
        timeoutMilliseconds,
        tolerate,
        // A look at an API server is a TLS handshake, which costs it time that it needs to start.
        intervalMilliseconds: 150,
        hopeless: () => this.failure(),
      });
    } catch (error) {
      const ended = await this.failure();
      throw ended ?? new Error(`${(error as Error).message}${await this.#logTail()}`, { cause: error });
    }
  }

  async #logTail(): Promise<string> {
    return `; the end of its log ${this.#logFile}:\n${await logTail(this.#logFile)}`;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: it ended by itself in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
