import { join } from 'node:path';
import type { Recipe } from '../recipes.js';
import { findChosen, findOnPath } from '../search.js';
import type { ToolName } from '../tool-names.js';
import { buildRecipe } from './build.js';
import { cacheFolder, cacheKey, hasTools } from './cache.js';
import { withCache } from './cache-lock.js';
import { findGo } from './go.js';
import { estimate, stopwatch } from './progress.js';

/** What {@link provideTools} works with. */
export interface ProvideOptions {
  readonly names: readonly ToolName[];
  /** Recipes for all the names. */
  readonly recipes: readonly Recipe[];
  /** The folder that holds a folder for each recipe. */
  readonly recipesFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A recipe, where its sources are and where its tools are, or will be. */
interface Job {
  readonly recipe: Recipe;
  readonly folder: string;
  readonly destination: string;
}

async function findInstalled(options: ProvideOptions): Promise<Map<ToolName, string>> {
  const { names, environment, report } = options;
  const chosen = await findChosen(names, environment);
  const found = await Promise.all(
    names.map(async (tool) => {
      const installed = chosen.get(tool) ?? (await findOnPath(tool, environment, report));
      return installed ? [{ tool, ...installed }] : [];
    }),
  );
  for (const { tool, version, path } of found.flat()) {
    report(`${tool} ${version} from ${chosen.has(tool) ? 'MESH_ROLLOUT_TOOLS_DIR' : 'PATH'}: ${path}`);
  }
  return new Map(found.flat().map(({ tool, path }) => [tool, path]));
}

async function planJobs(
  options: ProvideOptions,
  missing: readonly ToolName[],
  cache: string,
): Promise<Job[]> {
  const needed = options.recipes.filter(({ targets }) => targets.some(({ tool }) => missing.includes(tool)));
  return Promise.all(
    needed.map(async (recipe) => {
      const folder = join(options.recipesFolder, recipe.name);
      return { recipe, folder, destination: join(cache, await cacheKey(recipe, folder)) };
    }),
  );
}

async function withoutCached(jobs: readonly Job[], report: (line: string) => void): Promise<Job[]> {
  const cached = await Promise.all(jobs.map(({ recipe, destination }) => hasTools(recipe, destination)));
  for (const { recipe, destination } of jobs.filter((_, index) => cached[index])) {
    report(`${recipe.name} ${recipe.version} from the cache: ${destination}`);
  }
  return jobs.filter((_, index) => !cached[index]);
}

async function buildMissing(jobs: readonly Job[], cache: string, options: ProvideOptions): Promise<void> {
  const { environment, report, signal } = options;
  const go = await findGo(jobs, environment);
  const minutes = jobs.reduce((sum, { recipe }) => sum + recipe.minutes, 0);
  const titles = jobs.map(({ recipe }) => `${recipe.name} ${recipe.version}`).join(', ');
  report(
    `to be built once, with Go ${go.version}: ${titles}; ${estimate(minutes)}, less with warm Go caches; into ${cache}`,
  );
  await withCache({ cache, report, signal }, async () => {
    // Who held the lock before us may have built them.
    for (const { recipe, folder, destination } of await withoutCached(jobs, report)) {
      await buildRecipe({
        recipe,
        recipeFolder: folder,
        destination,
        go: go.path,
        environment,
        report,
        signal,
      });
    }
  });
}

/**
 * Finds each tool in the folder of the user's choice, on PATH or in the cache, and builds the rest into the cache.
 * @throws ToolsError; the signal's reason when aborted.
 */
export async function provideTools(options: ProvideOptions): Promise<Map<ToolName, string>> {
  const elapsed = stopwatch();
  const installed = await findInstalled(options);
  const missing = options.names.filter((tool) => !installed.has(tool));
  const cache = cacheFolder(options.environment);
  const jobs = await planJobs(options, missing, cache);
  const unbuilt = await withoutCached(jobs, options.report);
  if (unbuilt.length > 0) {
    await buildMissing(unbuilt, cache, options);
    options.report(`all there after ${elapsed()}`);
  }
  const ours = jobs.flatMap(({ recipe, destination }) =>
    recipe.targets.map(({ tool }) => [tool, join(destination, tool)] as const),
  );
  return new Map([...ours, ...installed].filter(([tool]) => options.names.includes(tool)));
}
