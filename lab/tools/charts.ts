import { provideCharts } from './build/charts.js';
import { recipes } from './recipes.js';
import { recipesFolder } from './recipes-folder.js';
import type { Release } from './releases.js';
import type { EnsureToolsOptions } from './tools.js';

/** What {@link ensureCharts} can be told. */
interface EnsureChartsOptions<Name extends Release> extends Omit<EnsureToolsOptions<never>, 'names'> {
  readonly releases: readonly Name[];
}

/**
 * Returns, for each release of Istio, the absolute path of the folder with its Helm charts: `istio` and `istio-init` of 1.4,
 * `base` and `istio-discovery` of the others. They are copied once from the Go module that the release is built from into
 * the cache of the tools. Nobody writes there.
 * @throws ToolsError when they cannot be had; the signal's reason when aborted.
 */
export async function ensureCharts<Name extends Release>(
  options: EnsureChartsOptions<Name>,
): Promise<Record<Name, string>> {
  const wanted = recipes.filter(
    ({ charts }) => charts && options.releases.some((one) => one === charts.release),
  );
  const paths = await provideCharts({
    recipes: wanted,
    recipesFolder: await recipesFolder(),
    environment: options.environment ?? process.env,
    report: (line) => options.onProgress?.(`tools: ${line}`),
    signal: options.signal,
  });
  return Object.fromEntries(paths) as Record<Name, string>;
}
