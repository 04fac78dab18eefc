import { RolloutError } from '../../../../rollout/rollout-error.js';
import { HelmRenderer } from '../renderer.js';
import { type ChartSettings, Charts } from './charts.js';
import { Helm } from './helm.js';

/** Helm, and what it renders one release of Istio with. */
export interface HelmOfRelease {
  readonly helm: Helm;
  readonly renderer: HelmRenderer;
  /** Version of the charts, such as `1.31.0`; the release itself where the charts have none. */
  readonly version: string;
}

/** Helm and the charts that a worker has. */
export class HelmTools {
  readonly #helm: Helm;
  readonly #charts: ReadonlyMap<string, { readonly charts: Charts; readonly renderer: HelmRenderer }>;

  /** @param charts by the release of Istio, such as `1.31` */
  constructor(path: string, charts: Readonly<Record<string, ChartSettings>>) {
    const helm = new Helm(path);
    this.#helm = helm;
    this.#charts = new Map(
      Object.entries(charts).map(([release, settings]) => {
        const charts = new Charts(helm, settings);
        return [release, { charts, renderer: new HelmRenderer(helm, charts) }];
      }),
    );
  }

  /**
   * Returns Helm with the charts of a release, in the version with which the rollout began.
   *
   * @throws RolloutError `tool-version-differs` when this worker does not have them, which is retried: another one may
   */
  async require(
    { release, toolVersion }: { readonly release: string; readonly toolVersion?: string },
    signal: AbortSignal,
  ): Promise<HelmOfRelease> {
    const found = this.#charts.get(release);
    if (found === undefined)
      throw new RolloutError('tool-version-differs', `this worker has no Helm charts of Istio ${release}`);
    await this.#helm.version();
    const problem = await found.charts.versionProblem(release, signal);
    if (problem !== undefined) throw new RolloutError('tool-version-differs', problem);
    const version = (await found.charts.releasedVersion(signal)) ?? release;
    if (toolVersion !== undefined && toolVersion !== version) {
      const message = `the charts of this worker are of version ${version}; the rollout began with ${toolVersion}`;
      throw new RolloutError('tool-version-differs', message);
    }
    return { helm: this.#helm, renderer: found.renderer, version };
  }

  /** Returns what the worker has, for its log: nothing where it has no charts. */
  async describe(): Promise<Record<string, string>> {
    if (this.#charts.size === 0) return {};
    const charts = [...this.#charts.keys()].join(', ');
    const version = await this.#helm.version().catch((error: Error) => error.message);
    return { [this.#helm.path]: `${version}, with charts of Istio ${charts}` };
  }

  /** Removes what was downloaded. Called when the worker ends. */
  async close(): Promise<void> {
    await Promise.all([...this.#charts.values()].map(({ charts }) => charts.close()));
  }
}
