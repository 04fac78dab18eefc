import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Returns the version of mesh-rollout, such as `0.1.0`, from the nearest package.json above this module. That is the
 * same file from `src` and from `dist`.
 * @throws Error when there is none
 */
export async function packageVersion(): Promise<string> {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
    const { name, version } = JSON.parse(text) as { name?: string; version?: string };
    if (name === 'mesh-rollout' && version !== undefined) return version;
    if (folder === dirname(folder)) throw new Error(`no package.json of mesh-rollout above ${folder}`);
  }
}
