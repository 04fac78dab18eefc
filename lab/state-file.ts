import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabStatus } from './state/status.js';
import { writeAtomically } from './state/write-atomically.js';
import { processStarted } from './tools/lock/process-identity.js';

/** What `lab.json` in a lab's directory says. */
export interface SavedStatus extends LabStatus {
  /** `started` names the process for good, which a pid alone does not. */
  processes: { name: string; pid: number; started: string }[];
}

/** Keeps `lab.json` up to date, so that other processes find the lab and what it runs. */
export class StateFile {
  readonly #path: string;
  readonly #status: () => LabStatus;
  #writing: Promise<void> | undefined;
  #outdated = false;

  constructor(directory: string, status: () => LabStatus) {
    this.#path = stateFilePath(directory);
    this.#status = status;
  }

  /** Writes the status soon; calls of the same turn are one write. */
  update(): void {
    this.#outdated = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Waits until what it was told is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#outdated) {
      await new Promise(setImmediate);
      this.#outdated = false;
      const status = this.#status();
      const processes = await Promise.all(
        status.processes.map(async (one) => ({ ...one, started: await processStarted(one.pid) })),
      );
      const text = JSON.stringify({ ...status, processes: processes.filter((one) => one.started) }, null, 2);
      // The directory may be gone: the lab is being stopped.
      await writeAtomically(this.#path, `${text}\n`).catch(() => {});
    }
  }
}

/** What `lab.json` in the directory says; `undefined` when there is none. */
export async function readStateFile(directory: string): Promise<SavedStatus | undefined> {
  try {
    return JSON.parse(await readFile(stateFilePath(directory), 'utf8')) as SavedStatus;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function stateFilePath(directory: string): string {
  return join(directory, 'lab.json');
}
