import { cp, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder, cacheKey } from '../../../../lab/tools/build/cache.js';
import { temporaryFolder } from '../bench.js';
import { tinyRecipe } from '../tiny-recipe.js';

test.each([
  ['the folder the user names', { MESH_ROLLOUT_CACHE: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/c'],
  ['below XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/mesh-rollout/tools'],
  [
    'not below a relative XDG_CACHE_HOME',
    { XDG_CACHE_HOME: 'x', HOME: '/h' },
    '/h/.cache/mesh-rollout/tools',
  ],
  ['below the home folder', { HOME: '/h' }, '/h/.cache/mesh-rollout/tools'],
  ['below the account’s home without HOME', {}, join(homedir(), '.cache/mesh-rollout/tools')],
])('the cache is %s', (_, environment, expected) => {
  expect(cacheFolder(environment)).toBe(expected);
});

test('a recipe’s key changes with its sources, packages, flags, and nothing else', async () => {
  const folder = await temporaryFolder();
  await cp(join(import.meta.dirname, '..', 'fixtures', 'tiny'), folder, { recursive: true });
  const key = await cacheKey(tinyRecipe, folder);
  expect(key).toMatch(/^tiny-3\.7\.3-[0-9a-f]{16}$/);
  await expect(cacheKey({ ...tinyRecipe, minutes: 7 }, folder)).resolves.toBe(key);
  const stamps = await cacheKey({ ...tinyRecipe, stamps: ['main.version=3.7.4'] }, folder);
  const targets = await cacheKey({ ...tinyRecipe, targets: [{ tool: 'kwok', package: 'other' }] }, folder);
  await writeFile(join(folder, 'go.sum'), 'changed\n');
  const sum = await cacheKey(tinyRecipe, folder);
  await writeFile(join(folder, 'go.mod'), 'module changed\n');
  const mod = await cacheKey(tinyRecipe, folder);
  expect(new Set([key, stamps, targets, sum, mod]).size).toBe(5);
});
