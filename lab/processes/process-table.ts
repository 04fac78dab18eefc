import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { LabProcess } from './lab-process.js';
import type { Reaper } from './reaper.js';

export { LabProcess } from './lab-process.js';

/** How to start one child process of the lab. */
export interface ProcessSpec {
  /** Unique among the living, such as `remote-1/kube-apiserver`. */
  name: string;
  /** Absolute path of the binary. */
  command: string;
  args: string[];
  /** Output of the process, stdout and stderr, is appended here. */
  logFile: string;
  workingDirectory: string;
  /** Added to PATH and HOME, the only variables that children get from the lab. */
  env?: Readonly<Record<string, string>>;
}

/** Starts the lab's child processes, and knows which of them live. */
export class ProcessTable {
  readonly #reaper: Reaper;
  readonly #living = new Set<LabProcess>();
  readonly #onChange: () => void;
  readonly #home: string;

  /**
   * @param home directory that children get as HOME, so that no settings of the user's reach them.
   * @param onChange called when a process started or ended.
   */
  constructor(reaper: Reaper, home: string, onChange: () => void) {
    this.#reaper = reaper;
    this.#home = home;
    this.#onChange = onChange;
  }

  /** Processes that live now. */
  get living(): LabProcess[] {
    return [...this.#living];
  }

  /**
   * Starts a process in a process group of its own: the terminal's Ctrl-C does not reach it.
   *
   * @throws Error when the binary cannot be started.
   */
  async start(spec: ProcessSpec): Promise<LabProcess> {
    mkdirSync(dirname(spec.logFile), { recursive: true });
    const log = openSync(spec.logFile, 'a');
    const child = spawn(spec.command, spec.args, {
      argv0: withoutRelease(spec.command),
      cwd: spec.workingDirectory,
      env: { PATH: process.env.PATH ?? '', HOME: this.#home, ...spec.env },
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error')) as [Error];
      throw error;
    }
    const started = new LabProcess(spec.name, spec.logFile, child, child.pid);
    // In the same turn as the spawn: the shorter the moment in which nobody would end this process, the better.
    this.#adopt(started);
    return started;
  }

  /** Kills every living process and waits for their ends. */
  async endAll(): Promise<void> {
    await Promise.all(this.living.map((one) => one.end()));
  }

  #adopt(started: LabProcess): void {
    this.#reaper.add(started.pid);
    this.#living.add(started);
    this.#onChange();
    void started.exited.then(() => {
      this.#reaper.drop(started.pid);
      this.#living.delete(started);
      this.#onChange();
    });
  }
}

/** Programs name their field manager after themselves, and some binaries of the lab have a release at the end of their name. */
function withoutRelease(command: string): string {
  return /-\d+\.\d+$/.test(command) ? basename(command).replace(/-\d+\.\d+$/, '') : command;
}
