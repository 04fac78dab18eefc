import { randomUUID } from 'node:crypto';
import { access, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ToolsError } from '../errors.js';
import type { Recipe } from '../recipes.js';
import type { Release } from '../releases.js';
import { cacheFolder, chartsKey, unfinishedPrefix } from './cache.js';
import { withCache } from './cache-lock.js';
import { findGo, goEnvironment } from './go.js';
import { runLeashed } from './leash.js';
import type { ProvideOptions } from './provide.js';

interface Job {
  readonly charts: NonNullable<Recipe['charts']>;
  readonly recipe: Recipe;
  readonly folder: string;
  readonly destination: string;
}

/** What {@link provideCharts} works with. */
type ChartsOptions = Omit<ProvideOptions, 'names'>;

/**
 * Returns the folder of the charts of each recipe that has some, by release: from the cache, into which they are copied
 * from the recipe's Go module.
 * @throws ToolsError; the signal's reason when aborted.
 */
export async function provideCharts(options: ChartsOptions): Promise<Map<Release, string>> {
  const cache = cacheFolder(options.environment);
  const jobs = await Promise.all(options.recipes.map((recipe) => plan(recipe, options.recipesFolder, cache)));
  const missing = await withoutCached(jobs.flat());
  if (missing.length > 0) {
    await withCache({ cache, report: options.report, signal: options.signal }, async () => {
      for (const job of await withoutCached(missing)) await copyCharts(job, options);
    });
  }
  return new Map(jobs.flat().map(({ charts, destination }) => [charts.release, destination]));
}

async function plan(recipe: Recipe, recipesFolder: string, cache: string): Promise<Job[]> {
  const { charts } = recipe;
  if (!charts) return [];
  const folder = join(recipesFolder, recipe.name);
  return [{ charts, recipe, folder, destination: join(cache, await chartsKey(recipe, folder)) }];
}

async function withoutCached(jobs: readonly Job[]): Promise<Job[]> {
  const cached = await Promise.all(
    jobs.map(({ destination }) =>
      access(destination).then(
        () => true,
        () => false,
      ),
    ),
  );
  return jobs.filter((_, index) => !cached[index]);
}

/** Puts the charts at their destination by one rename: what is there is whole. */
async function copyCharts(job: Job, options: ChartsOptions): Promise<void> {
  const { charts, recipe, destination } = job;
  const unfinished = join(destination, '..', `${unfinishedPrefix}${recipe.name}-${randomUUID()}`);
  const module = await moduleFolder(job, options);
  try {
    for (const folder of charts.folders)
      await copyFolder(join(module, folder), join(unfinished, basename(folder)));
    await rename(unfinished, destination);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  options.report(`copied the charts of Istio ${recipe.version} to ${destination}`);
}

/** The module's folder in Go's module cache, into which Go downloads it when it is not there. */
async function moduleFolder({ charts, recipe, folder }: Job, options: ChartsOptions): Promise<string> {
  const go = await findGo([{ recipe: { ...recipe, targets: [] }, folder }], options.environment);
  const { succeeded, output } = await runLeashed(go.path, ['mod', 'download', '-json', charts.module], {
    folder,
    environment: { ...goEnvironment(options.environment), GOFLAGS: '-mod=readonly' },
    signal: options.signal,
  });
  const found = /"Dir": "([^"]+)"/.exec(output)?.[1];
  if (succeeded && found !== undefined) return found;
  throw new ToolsError(
    'build-failed',
    [],
    `The charts of Istio ${recipe.version} are in the Go module ${charts.module}, which could not be had:\n${output}`,
  );
}

/** Copies files with their modes, which are read-only in Go's cache; the folders can be removed. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    await (entry.isDirectory() ? copyFolder(source, target) : copyFile(source, target));
  }
}
