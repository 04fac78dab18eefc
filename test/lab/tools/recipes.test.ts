import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recipes } from '../../../lab/tools/recipes.js';
import { recipesFolder } from '../../../lab/tools/recipes-folder.js';
import { plainName, toolNames } from '../../../lab/tools/tool-names.js';

const root = join(import.meta.dirname, '..', '..', '..');

test('every tool is built by one recipe', () => {
  const built = recipes.flatMap(({ targets }) => targets.map(({ tool }) => tool));
  expect(built.toSorted()).toEqual(toolNames.toSorted());
});

test.each(recipes)('the module of $name pins what is built', async ({ name, targets }) => {
  const folder = join(await recipesFolder(), name);
  const text = await readFile(join(folder, 'go.mod'), 'utf8');
  for (const target of targets) expect(text).toMatch(new RegExp(`^(tool )?\\s*${target.package}$`, 'm'));
  await expect(readFile(join(folder, 'go.sum'), 'utf8')).resolves.toContain(' h1:');
});

test.each(recipes)('with several targets, binaries of $name are named like their packages', ({ targets }) => {
  const names = targets.map((target) => target.package.split('/').at(-1));
  if (targets.length > 1) expect(names).toEqual(targets.map(({ tool }) => plainName(tool)));
});

test.each(recipes.filter(({ additions }) => additions))(
  'what $name adds is in its folder',
  async (recipe) => {
    const folder = join(await recipesFolder(), recipe.name);
    for (const { file } of recipe.additions ?? []) {
      await expect(readFile(join(folder, file), 'utf8')).resolves.toMatch(/^package \w+$/m);
    }
  },
);

test.each(['lab/tools', 'dist/lab/tools'])('the recipes are found from %s', async (start) => {
  await expect(recipesFolder(join(root, start))).resolves.toBe(join(root, 'lab', 'recipes'));
});

test('outside the project there are no recipes', async () => {
  await expect(recipesFolder('/')).rejects.toThrow('no package.json of mesh-rollout above /');
});
