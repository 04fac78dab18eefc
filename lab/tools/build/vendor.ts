import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Recipe } from '../recipes.js';
import type { LeashedResult } from './leash.js';

/**
 * Makes a module folder with the recipe's sources and a vendor folder, and puts the recipe's additions there. `-e` passes
 * over packages that no module has: the additions, and what only their own builds would generate.
 * @param go runs `go` with these arguments in a folder.
 */
export async function makeVendored(
  recipe: Recipe,
  recipeFolder: string,
  folder: string,
  go: (parameters: readonly string[], folder: string) => Promise<LeashedResult>,
): Promise<LeashedResult> {
  await mkdir(folder, { recursive: true });
  for (const file of ['go.mod', 'go.sum']) await copyFile(join(recipeFolder, file), join(folder, file));
  const result = await go(['mod', 'vendor', '-e'], folder);
  for (const { file, path } of result.succeeded ? (recipe.additions ?? []) : []) {
    const target = join(folder, 'vendor', path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(recipeFolder, file), target);
  }
  return result;
}
