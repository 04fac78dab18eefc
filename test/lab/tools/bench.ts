import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { onPath } from '../../../lab/tools/search.js';

/** The real Go of this machine, undefined when there is none. */
export const [realGo] = await onPath('go', process.env);

/** A new empty folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-tools-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Writes an executable shell script that stands in for a program. Gives its path. */
export async function standIn(folder: string, name: string, script: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A machine of the test's own: nothing on PATH but `bin`, an empty cache. */
export interface Bench {
  readonly bin: string;
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Makes a {@link Bench}. Go's own caches stay the real ones, so that builds are quick; it cannot download anything. */
export async function bench(): Promise<Bench> {
  const folder = await temporaryFolder();
  const [bin, cache] = [join(folder, 'bin'), join(folder, 'cache')];
  await mkdir(bin);
  const environment = { HOME: process.env.HOME, PATH: bin, MESH_ROLLOUT_CACHE: cache, GOPROXY: 'off' };
  return { bin, cache, environment };
}

/** Puts the real Go on the bench's PATH; `before` is shell that runs first when something is built. */
export async function installGo({ bin }: Bench, before = ':'): Promise<void> {
  await standIn(bin, 'go', `if [ "$1" = build ]; then\n${before}\nfi\nexec '${realGo}' "$@"`);
}
