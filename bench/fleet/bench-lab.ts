import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, startLab } from '../../lab/lab.js';
import type { ToolPaths } from '../../lab/tools/tool-names.js';

/**
 * Runs `work` in a separate lab, with a fresh primary and fresh remotes that have only the few controllers that an
 * attached cluster needs. Everything is removed afterwards.
 */
export async function inFreshLab<T>(
  tools: ToolPaths,
  options: { readonly remotes: number; readonly temporal: boolean },
  run: (lab: Lab) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-bench-'));
  const lab = await startLab({ directory, tools, remotes: 0, temporal: options.temporal });
  try {
    const names = Array.from({ length: options.remotes }, (_, i) => `remote-${i + 1}`);
    await Promise.all(
      names.map((name) => lab.addCluster(name, { controllers: 'few', productRights: 'everything' })),
    );
    return await run(lab);
  } finally {
    await lab.stop();
  }
}
