import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ToolsError } from '../errors.js';
import type { Recipe } from '../recipes.js';
import { checkVersion, wantedVersions } from '../versions.js';
import { buildFlags, goTarget, unfinishedPrefix } from './cache.js';
import { goEnvironment } from './go.js';
import { type LeashedResult, runLeashed } from './leash.js';
import { estimate, stopwatch, withHeartbeat } from './progress.js';
import { makeVendored } from './vendor.js';

const shownLines = 20;

/** What a build needs to know. */
export interface BuildOptions {
  readonly recipe: Recipe;
  /** Where its go.mod is. */
  readonly recipeFolder: string;
  /** Where its tools go; the parent is the cache. */
  readonly destination: string;
  readonly go: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

function goArguments({ recipe }: BuildOptions, output: string): string[] {
  const [first, ...others] = recipe.targets;
  const target = others.length === 0 && first ? join(output, first.tool) : `${output}/`;
  return ['build', ...buildFlags(recipe), '-o', target, ...recipe.targets.map((entry) => entry.package)];
}

function buildEnvironment(environment: NodeJS.ProcessEnv, scratch: string): NodeJS.ProcessEnv {
  return {
    ...goEnvironment(environment),
    CGO_ENABLED: '0',
    GOOS: goTarget.os,
    GOARCH: goTarget.arch,
    // The user's flags would build something else than the key says.
    GOFLAGS: '-mod=readonly',
    // A go that is killed leaves its scratch folder; here it goes away with ours.
    GOTMPDIR: scratch,
  };
}

async function compile(options: BuildOptions, output: string, scratch: string): Promise<void> {
  const { recipe, recipeFolder, report } = options;
  const title = `${recipe.name} ${recipe.version}`;
  const tools = recipe.targets.map(({ tool }) => tool);
  const elapsed = stopwatch();
  let downloads = 0;
  const beat = (): void => report(`building ${title} … ${elapsed()}, ${downloads} modules downloaded`);
  report(`building ${title} (${tools.join(', ')}), ${estimate(recipe.minutes)}`);
  const go = (parameters: readonly string[], folder: string): Promise<LeashedResult> =>
    runLeashed(options.go, parameters, {
      folder,
      environment: buildEnvironment(options.environment, scratch),
      signal: options.signal,
      onOutput: (text) => {
        downloads += text.match(/^go: downloading /gm)?.length ?? 0;
      },
    });
  const build = async (): Promise<LeashedResult> => {
    if (!recipe.additions) return go(goArguments(options, output), recipeFolder);
    const folder = join(scratch, 'module');
    const vendored = await makeVendored(recipe, recipeFolder, folder, go);
    return vendored.succeeded ? go(goArguments(options, output), folder) : vendored;
  };
  const result = await withHeartbeat(beat, build);
  if (!result.succeeded) {
    const lines = result.output.trimEnd().split('\n').slice(-shownLines).join('\n');
    const where = `Building ${title} in ${recipeFolder} failed after ${elapsed()}.`;
    const next = 'Go needs its module proxy (GOPROXY) or a full module cache, and some GB of disk space.';
    throw new ToolsError('build-failed', tools, `${where} ${next} The end of what go said:\n${lines}`);
  }
  report(`built ${title} in ${elapsed()}`);
}

/** Go names several binaries after the last elements of their packages. */
async function nameTools({ targets }: Recipe, output: string): Promise<void> {
  if (targets.length === 1) return;
  for (const { tool, package: path } of targets)
    await rename(join(output, basename(path)), join(output, tool));
}

async function verify({ recipe, recipeFolder, environment }: BuildOptions, output: string): Promise<void> {
  for (const { tool } of recipe.targets) {
    const { fits, found } = await checkVersion(tool, join(output, tool), environment);
    if (fits && found === recipe.version) continue;
    const wanted = `wanted is ${recipe.version} (${wantedVersions(tool)})`;
    throw new ToolsError(
      'build-failed',
      [tool],
      `${tool}, built in ${recipeFolder}, is ${found}; ${wanted}. The recipe is wrong.`,
    );
  }
}

/**
 * Builds a recipe's tools and puts them at `destination` by one rename, after each said that it is the version it should be.
 * Only for the holder of the cache's lock. Whatever ends it early, nothing half-built is at `destination`, and `go` and
 * its children are gone with us.
 * @throws ToolsError `build-failed`; the signal's reason when aborted.
 */
export async function buildRecipe(options: BuildOptions): Promise<void> {
  const folder = join(options.destination, '..', `${unfinishedPrefix}${options.recipe.name}-${randomUUID()}`);
  const [output, scratch] = [join(folder, 'tools'), join(folder, 'scratch')];
  try {
    await Promise.all([output, scratch].map((path) => mkdir(path, { recursive: true })));
    await compile(options, output, scratch);
    await nameTools(options.recipe, output);
    await verify(options, output);
    // Only an incomplete folder can be there, one that somebody took a tool out of.
    await rm(options.destination, { recursive: true, force: true });
    await rename(output, options.destination);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
