import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Recipe } from '../recipes.js';
import { isExecutable } from '../search.js';

const goPlatforms: Record<string, string> = { win32: 'windows', sunos: 'solaris' };
const goArchitectures: Record<string, string> = { x64: 'amd64', ia32: '386' };

/** This machine in Go's words, for GOOS and GOARCH. */
export const goTarget = {
  os: goPlatforms[process.platform] ?? process.platform,
  arch: goArchitectures[process.arch] ?? process.arch,
};

/** Prefix of the folders in which tools are being built. */
export const unfinishedPrefix = 'building-';

/** Flags of `go build` for a recipe, the output apart. Part of the key, since they change what is built. */
export function buildFlags(recipe: Recipe): string[] {
  const stamps = recipe.stamps.map((stamp) => `-X ${stamp}`);
  const linker = ['-s', '-w', ...(recipe.linkerFlags ?? []), ...stamps];
  const modules = recipe.additions ? '-mod=vendor' : '-mod=readonly';
  return ['-trimpath', '-buildvcs=false', modules, '-ldflags', linker.join(' ')];
}

/** Where built tools are kept: `MESH_ROLLOUT_CACHE`, else `mesh-rollout/tools` below `XDG_CACHE_HOME` or `~/.cache`. Never in the checkout. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  if (environment.MESH_ROLLOUT_CACHE) return resolve(environment.MESH_ROLLOUT_CACHE);
  const xdg = environment.XDG_CACHE_HOME;
  // The XDG base directory specification has relative paths ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(environment.HOME || homedir(), '.cache');
  return join(base, 'mesh-rollout', 'tools');
}

/**
 * Folder name of a recipe's tools in the cache: name, version and a hash of go.mod, go.sum, additions, packages, flags and platform.
 * Not the version of Go: what any fitting Go builds of the same sources serves.
 */
export async function cacheKey(recipe: Recipe, folder: string): Promise<string> {
  const names = ['go.mod', 'go.sum', ...(recipe.additions ?? []).map(({ file }) => file)];
  const parts = [...(await readAll(folder, names)), recipe.targets, buildFlags(recipe), goTarget];
  return `${recipe.name}-${recipe.version}-${hashOf(parts)}`;
}

/** Folder name of a recipe's charts in the cache: name, version and a hash of go.sum and what is taken from which module. */
export async function chartsKey(recipe: Recipe, folder: string): Promise<string> {
  const parts = [...(await readAll(folder, ['go.sum'])), recipe.charts];
  return `charts-${recipe.name}-${recipe.version}-${hashOf(parts)}`;
}

function readAll(folder: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Whether all tools of the recipe are in that folder. They come there by one rename, so what is there is whole. */
export async function hasTools(recipe: Recipe, folder: string): Promise<boolean> {
  const present = await Promise.all(recipe.targets.map(({ tool }) => isExecutable(join(folder, tool))));
  return present.every(Boolean);
}

/** Removes what builds left that died. Only for the holder of the lock: whatever is unfinished then is nobody's. */
export async function removeUnfinished(cache: string): Promise<void> {
  const entries = await readdir(cache);
  const unfinished = entries.filter((entry) => entry.startsWith(unfinishedPrefix));
  await Promise.all(
    unfinished.map((entry) => rm(join(cache, entry), { recursive: true, force: true, maxRetries: 5 })),
  );
}
