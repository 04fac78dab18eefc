import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, type LabCluster, startLab } from '../../lab/lab.js';
import { toolNames } from '../../lab/tools/tool-names.js';
import { ensureTools } from '../../lab/tools/tools.js';

/**
 * The one lab of a test run. Tests of the project `lab` share a process (see vitest.config.ts), so the first that asks
 * starts it; the lab's reaper ends it with the process. Clusters are cheap: a test takes fresh ones.
 */
let lab: Promise<Lab> | undefined;
let clusters = 0;

/** The lab, running: Temporal, and the primary and remotes that come with it. */
export function useLab(): Promise<Lab> {
  lab ??= start();
  return lab;
}

/** Clusters that only one file uses: they go when it ends. The lab's primary stays. */
export async function clustersOfThisFile(): Promise<readonly LabCluster[]> {
  const running = await lab;
  return running?.clusters.filter(({ name }) => name !== running.primary.name) ?? [];
}

/** A name that no other test uses; a DNS-1123 label. */
export function freshName(prefix: string): string {
  clusters += 1;
  return `${prefix}-${process.pid.toString(36)}-${clusters}`;
}

async function start(): Promise<Lab> {
  const tools = await ensureTools({ names: toolNames });
  const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-test-'));
  return await startLab({ directory, tools, remotes: 0 });
}
