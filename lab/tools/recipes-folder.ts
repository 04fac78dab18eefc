import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

async function packageName(folder: string): Promise<unknown> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { name?: unknown }).name;
}

/**
 * The checkout of mesh-rollout, found by walking up from this module to its package.json: from `lab/tools` and from
 * `dist/lab/tools` it is the same folder.
 *
 * @throws Error when no parent of `start` is a checkout.
 */
export async function checkoutFolder(start: string = import.meta.dirname): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    if ((await packageName(folder)) === 'mesh-rollout') return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of mesh-rollout above ${start}`);
  }
}

/** The project's `lab/recipes`; the compiler copies no go.mod, so it is read from the checkout. */
export async function recipesFolder(start?: string): Promise<string> {
  return join(await checkoutFolder(start), 'lab', 'recipes');
}
