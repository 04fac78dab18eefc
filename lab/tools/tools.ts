import { provideTools } from './build/provide.js';
import { recipes } from './recipes.js';
import { recipesFolder } from './recipes-folder.js';
import { ordinaryTools, type ToolName } from './tool-names.js';

/** What {@link ensureTools} can be told. */
export interface EnsureToolsOptions<Name extends ToolName> {
  /** @default those of the ordinary lab */
  readonly names?: readonly Name[];
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Gets plain lines, each beginning with `tools: `; at least one every 30 s while something takes long. */
  readonly onProgress?: (line: string) => void;
  /** Ends a build, with all its processes. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the absolute paths of the lab's tools: for each, the one in `MESH_ROLLOUT_TOOLS_DIR`, else one on PATH whose
 * version fits, else the one in the cache (`MESH_ROLLOUT_CACHE`, else below `XDG_CACHE_HOME` or `~/.cache`), else it is
 * built with Go into the cache. Processes that need the same cache build once. With everything in the cache it takes a
 * fraction of a second; a first build of the ordinary lab 13 to 26 minutes on two cores. A tool with a version in its name is
 * taken by its plain name too, such as a `kubectl` on PATH for `kubectl-1.15`, when its version fits.
 * @throws ToolsError when a tool cannot be had; the signal's reason when aborted.
 */
export async function ensureTools<Name extends ToolName = (typeof ordinaryTools)[number]>(
  options: EnsureToolsOptions<Name> = {},
): Promise<Record<Name, string>> {
  const paths = await provideTools({
    names: options.names ?? ordinaryTools,
    recipes,
    recipesFolder: await recipesFolder(),
    environment: options.environment ?? process.env,
    report: (line) => options.onProgress?.(`tools: ${line}`),
    signal: options.signal,
  });
  return Object.fromEntries(paths) as Record<Name, string>;
}
