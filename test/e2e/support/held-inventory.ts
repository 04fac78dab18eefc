import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { execa } from 'execa';
import type { Lab } from '../../../lab/lab.js';
import { until } from '../../support/wait.js';
import { replaceInventory } from './inventory.js';

/** An inventory that nobody comes to the end of: the middle of the step `resolve`, which reads nothing else. */
export interface HeldInventory {
  /** Waits until somebody reads it. */
  reached(): Promise<void>;
  /** Puts the inventory back; whoever reads the held one is to be dead by then. */
  release(): Promise<void>;
}

/** Puts a named pipe in the place of the lab's inventory: its readers wait for a writer. */
export async function holdInventory({ inventoryPath }: Pick<Lab, 'inventoryPath'>): Promise<HeldInventory> {
  const text = await readFile(inventoryPath, 'utf8');
  const pipe = `${inventoryPath}.pipe`;
  await execa('mkfifo', [pipe]);
  await rename(pipe, inventoryPath);
  let writer: FileHandle | undefined;
  return {
    reached: async () => {
      // It stays open, or the reader would see an empty file.
      const forWriting = constants.O_WRONLY | constants.O_NONBLOCK;
      writer = await until('somebody reads the inventory', () => open(inventoryPath, forWriting), {
        // Without a reader it cannot be opened for writing.
        tolerate: (error) => (error as NodeJS.ErrnoException).code === 'ENXIO',
      });
    },
    release: async () => {
      await replaceInventory(inventoryPath, text);
      await writer?.close();
    },
  };
}
