import { startLab } from './lab.js';
import type { LabOptions } from './lab-options.js';

/** What the program tells the process that started it. */
export type DetachedMessage = { progress: string } | { ready: true } | { error: string };

/**
 * The lab as a program of its own, for `mesh-rollout lab up --detach`: its argument is the LabOptions as JSON, its
 * messages are {@link DetachedMessage}s. It runs until SIGTERM, and until it is ready no longer than its parent.
 */
const options = JSON.parse(process.argv[2] as string) as LabOptions;
const tell = (message: DetachedMessage) => process.send?.(message);
const orphaned = () => process.exit(1);
process.once('disconnect', orphaned);
try {
  const lab = await startLab({
    ...options,
    onProgress: (progress) => void (process.connected && tell({ progress })),
  });
  process.off('disconnect', orphaned);
  tell({ ready: true });
  process.once('SIGTERM', () => void lab.stop().then(() => process.exit()));
} catch (error) {
  tell({ error: (error as Error).message });
  process.disconnect();
}
