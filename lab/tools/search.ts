import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { ToolsError } from './errors.js';
import { plainName, type ToolName } from './tool-names.js';
import { checkVersion, type VersionCheck, wantedVersions } from './versions.js';

/** A tool that is on the machine already. */
export interface InstalledTool {
  readonly path: string;
  readonly version: string;
}

/** Whether there is a file at the path that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK)
    .then(() => stat(path))
    .then((entry) => entry.isFile())
    .catch(() => false);
}

/** The files of that name on PATH, in its order. */
export async function onPath(name: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = [...new Set(folders.map((folder) => resolve(folder, name)))];
  const usable = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, index) => usable[index]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The tool in that folder by its own name, or by its plain name: a file of that one is only looked at if its version fits. */
async function inFolder(folder: string, tool: ToolName, environment: NodeJS.ProcessEnv) {
  const path = join(folder, tool);
  if (await exists(path)) return [{ tool, path, check: await checkVersion(tool, path, environment) }];
  const plain = join(folder, plainName(tool));
  if (plain === path || !(await exists(plain))) return [];
  const check = await checkVersion(tool, plain, environment);
  return check.fits ? [{ tool, path: plain, check }] : [];
}

function unfit(folder: string, tool: ToolName, check: VersionCheck): string {
  return `${tool} in ${folder} is ${check.found}; wanted is ${wantedVersions(tool)}`;
}

/**
 * The tools found in the folder of the user's choice (`MESH_ROLLOUT_TOOLS_DIR`); empty when that is not set.
 * @throws ToolsError `bad-tools-folder` when the folder is not there or a tool in it does not fit: a choice is never passed over in silence.
 */
export async function findChosen(
  names: readonly ToolName[],
  environment: NodeJS.ProcessEnv,
): Promise<Map<ToolName, InstalledTool>> {
  const chosen = environment.MESH_ROLLOUT_TOOLS_DIR;
  if (!chosen) return new Map();
  const folder = resolve(chosen);
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new ToolsError(
      'bad-tools-folder',
      names,
      `MESH_ROLLOUT_TOOLS_DIR: ${folder} is not a folder. Name one that holds tools, or unset it.`,
    );
  }
  const checks = await Promise.all(names.map((tool) => inFolder(folder, tool, environment)));
  const bad = checks.flat().filter(({ check }) => !check.fits);
  if (bad.length > 0) {
    const problems = bad.map(({ tool, check }) => unfit(folder, tool, check)).join('\n');
    const remedy =
      'Put one that fits there, take it away (it is then looked for on PATH and in the cache, or built), or unset MESH_ROLLOUT_TOOLS_DIR.';
    throw new ToolsError(
      'bad-tools-folder',
      bad.map(({ tool }) => tool),
      `MESH_ROLLOUT_TOOLS_DIR: ${problems}\n${remedy}`,
    );
  }
  return new Map(checks.flat().map(({ tool, path, check }) => [tool, { path, version: check.found }]));
}

/** The first tool of that name, or of its plain name, on PATH whose version fits; others are reported and passed over. */
export async function findOnPath(
  tool: ToolName,
  environment: NodeJS.ProcessEnv,
  report: (line: string) => void,
): Promise<InstalledTool | undefined> {
  const plain = plainName(tool);
  const named = await onPath(tool, environment);
  const others = plain === tool ? [] : await onPath(plain, environment);
  for (const path of [...named, ...others]) {
    const check = await checkVersion(tool, path, environment);
    if (check.fits) return { path, version: check.found };
    const use = named.includes(path) ? 'not used' : `not used as ${tool}`;
    report(`${path} is ${check.found}, ${use}: wanted is ${wantedVersions(tool)}`);
  }
  return undefined;
}
