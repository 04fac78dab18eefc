import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeVendored } from '../../../../lab/tools/build/vendor.js';
import type { Recipe } from '../../../../lab/tools/recipes.js';
import { temporaryFolder } from '../bench.js';
import { tinyRecipe } from '../tiny-recipe.js';

const recipe: Recipe = {
  ...tinyRecipe,
  additions: [{ file: 'made.go.txt', path: 'example.org/made/made.go' }],
};

async function folders(): Promise<[source: string, target: string]> {
  const [source, parent] = [await temporaryFolder(), await temporaryFolder()];
  for (const file of ['go.mod', 'go.sum', 'made.go.txt']) await writeFile(join(source, file), `${file}\n`);
  return [source, join(parent, 'module')];
}

test('a vendor folder has what go puts there, and the additions', async () => {
  const [source, target] = await folders();
  const calls: unknown[] = [];
  const go = async (parameters: readonly string[], folder: string) => {
    calls.push([parameters, folder]);
    await mkdir(join(folder, 'vendor', 'example.org', 'found'), { recursive: true });
    return { succeeded: true, output: '' };
  };
  await expect(makeVendored(recipe, source, target, go)).resolves.toMatchObject({ succeeded: true });
  expect(calls).toEqual([[['mod', 'vendor', '-e'], target]]);
  await expect(readFile(join(target, 'go.mod'), 'utf8')).resolves.toBe('go.mod\n');
  const vendor = join(target, 'vendor', 'example.org');
  await expect(readFile(join(vendor, 'made', 'made.go'), 'utf8')).resolves.toBe('made.go.txt\n');
  await expect(readdir(vendor)).resolves.toEqual(['found', 'made']);
});

test('nothing is added to what go could not make', async () => {
  const [source, target] = await folders();
  const go = async () => ({ succeeded: false, output: 'no network' });
  await expect(makeVendored(recipe, source, target, go)).resolves.toMatchObject({ output: 'no network' });
  await expect(readdir(target)).resolves.toEqual(['go.mod', 'go.sum']);
});
