import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DetachedMessage } from './detached.js';
import type { LabOptions } from './lab-options.js';
import { checkoutFolder } from './tools/recipes-folder.js';

/**
 * Starts a lab in a process of its own that outlives this one, and returns when it is ready. If this process ends
 * before, so does the lab.
 *
 * @throws Error when the lab does not start.
 */
export async function startDetached({ onProgress, ...options }: LabOptions): Promise<void> {
  // From the compiled program: Node 20 runs no TypeScript.
  const program = join(await checkoutFolder(), 'dist', 'lab', 'detached.js');
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: DetachedMessage) => {
      if ('progress' in message) onProgress?.(message.progress);
      else if ('ready' in message) resolve();
      else reject(new Error(message.error));
    });
    child.once('error', reject);
    void once(child, 'exit').then(([code, signal]) =>
      reject(new Error(`the lab ended with ${code ?? signal}`)),
    );
  });
  await ready;
  child.disconnect();
  child.unref();
}
