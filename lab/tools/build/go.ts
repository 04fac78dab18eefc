import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ToolsError } from '../errors.js';
import type { Recipe } from '../recipes.js';
import { onPath } from '../search.js';
import type { ToolName } from '../tool-names.js';
import { compareVersions, wantedVersions } from '../versions.js';

/** The Go tool chain that builds. */
export interface Go {
  readonly path: string;
  /** Such as `1.26.8`. */
  readonly version: string;
}

/** The environment for Go: the user's, less what would make it another Go, or build something else, than the recipes say. */
export function goEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    // Without one go does not know where its modules and caches are.
    HOME: environment.HOME || homedir(),
    GO111MODULE: 'on',
    // One above the checkout.
    GOWORK: 'off',
  };
}

async function neededVersion(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'go.mod'), 'utf8');
  return /^go (\S+)/m.exec(text)?.[1] ?? '1.26.0';
}

function remedies(needed: string, missing: readonly ToolName[]): string {
  if (missing.length === 0)
    return `Istio's charts are in a Go module: install Go ${needed} or newer (https://go.dev/dl) and put it on PATH.`;
  const wanted = missing.map((tool) => `  ${tool} ${wantedVersions(tool)}`);
  return [
    'These tools are not on PATH and not in the cache, and have to be built:',
    ...wanted,
    `Either install Go ${needed} or newer (https://go.dev/dl) and put it on PATH,`,
    'or put these tools on PATH, or into a folder, and name that in MESH_ROLLOUT_TOOLS_DIR.',
  ].join('\n');
}

/**
 * The `go` on PATH, when it is new enough for all recipes (their go.mod says what they need).
 * Asked in a recipe's folder: a Go that may fetch newer tool chains (GOTOOLCHAIN=auto) answers with the one it would use there.
 * @param needs what is to be built; a recipe without targets only has charts.
 * @throws ToolsError `go-missing` or `go-too-old`, with what is missing because of it and the ways out.
 */
export async function findGo(
  needs: readonly { recipe: Recipe; folder: string }[],
  environment: NodeJS.ProcessEnv,
): Promise<Go> {
  const missing = needs.flatMap(({ recipe }) => recipe.targets.map(({ tool }) => tool));
  const versions = await Promise.all(
    needs.map(async ({ folder }) => ({ folder, version: await neededVersion(folder) })),
  );
  const strictest = versions.reduce((a, b) => (compareVersions(a.version, b.version) < 0 ? b : a));
  const [path] = await onPath('go', environment);
  if (path === undefined) {
    throw new ToolsError(
      'go-missing',
      missing,
      `There is no go on PATH.\n${remedies(strictest.version, missing)}`,
    );
  }
  const options = {
    cwd: strictest.folder,
    env: goEnvironment(environment),
    extendEnv: false,
    reject: false,
  } as const;
  const answer = await execa(path, ['env', 'GOVERSION'], options);
  const version = answer.failed ? undefined : answer.stdout.replace(/^go/, '');
  if (version === undefined || compareVersions(version, strictest.version) < 0) {
    const found =
      version === undefined
        ? `does not run: ${answer.stderr || answer.shortMessage}`
        : `is Go ${version}, too old.`;
    throw new ToolsError('go-too-old', missing, `${path} ${found}\n${remedies(strictest.version, missing)}`);
  }
  return { path, version };
}
