import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { abortable } from '../../../../base/concurrency/abortable.js';
import { isMap } from '../../../../base/is-map.js';
import { makePrivateFolder, removePrivateFolder } from '../../../../base/processes/private-folder.js';
import { RolloutError } from '../../../../rollout/rollout-error.js';
import type { Helm } from './helm.js';

/**
 * Where a chart is: the path of a folder or an archive, an OCI reference (`oci://registry/charts/istiod`), or a chart of a
 * repository, whose URL may be an OCI one too.
 */
export type ChartReference =
  | string
  | { readonly repo: string; readonly name: string; readonly version: string };

/** The two charts of Istio that an installation is made of. */
export interface ChartSettings {
  readonly base: ChartReference;
  readonly istiod: ChartReference;
}

/** A chart at hand. */
export interface Chart {
  /** Path of a folder or an archive. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
}

/** The version in charts that were not released: Istio's release tool replaces it (istio 1.31, manifests/charts). */
const UNRELEASED = '1.0.0';

/**
 * The charts of a worker. What is not a path is downloaded once, into a folder that lasts as long as the worker: hundreds
 * of remotes must not ask a registry for the same chart.
 */
export class Charts {
  readonly #helm: Helm;
  readonly #settings: ChartSettings;
  readonly #charts = new Map<keyof ChartSettings, Promise<Chart>>();
  readonly #folders: string[] = [];

  constructor(helm: Helm, settings: ChartSettings) {
    this.#helm = helm;
    this.#settings = settings;
  }

  /**
   * Returns a chart, ready to be rendered.
   *
   * @throws RolloutError `render-failed` when it cannot be downloaded or is no chart; `tool-version-differs` when there is
   * no Helm; the signal's reason when it aborts
   */
  get(which: keyof ChartSettings, signal: AbortSignal): Promise<Chart> {
    // Shared by all who ask, so that it is not one caller's to cancel.
    const chart = this.#charts.get(which) ?? this.#find(this.#settings[which]);
    this.#charts.set(which, chart);
    chart.catch(() => this.#charts.delete(which));
    return abortable(chart, signal);
  }

  /**
   * Returns why a chart is not of a release of Istio, e.g. `1.31`; undefined when it is. A chart that was not released has
   * no version of Istio, and is taken as it is.
   *
   * @throws RolloutError as {@link get}
   */
  async versionProblem(minor: string, signal: AbortSignal): Promise<string | undefined> {
    const [base, istiod] = [await this.get('base', signal), await this.get('istiod', signal)];
    for (const { name, version } of [base, istiod]) {
      if (version !== UNRELEASED && !version.startsWith(`${minor}.`))
        return `the chart ${name} is of version ${version}; the document asks for release ${minor}`;
    }
    return base.version === istiod.version
      ? undefined
      : `the chart base is of version ${base.version}, and istiod of ${istiod.version}`;
  }

  /** Returns the version of Istio that the charts are of; undefined where they were not released. */
  async releasedVersion(signal: AbortSignal): Promise<string | undefined> {
    const { version } = await this.get('istiod', signal);
    return version === UNRELEASED ? undefined : version;
  }

  /** Removes what was downloaded. Called when the worker ends. */
  async close(): Promise<void> {
    this.#charts.clear();
    await Promise.all(this.#folders.splice(0).map(removePrivateFolder));
  }

  async #find(reference: ChartReference): Promise<Chart> {
    const path = isPath(reference) ? resolve(reference) : await this.#download(reference);
    const facts: unknown = load(await this.#helm.showChart(path), { schema: CORE_SCHEMA });
    const { name, version, appVersion } = isMap(facts) ? facts : {};
    if (typeof name !== 'string' || typeof version !== 'string')
      throw new RolloutError('render-failed', `the chart at ${path} has no name and version`);
    return { path, name, version, appVersion: typeof appVersion === 'string' ? appVersion : version };
  }

  async #download(reference: ChartReference): Promise<string> {
    const folder = await makePrivateFolder();
    this.#folders.push(folder);
    await this.#helm.pull(pullArguments(reference), folder);
    const [archive] = await readdir(folder);
    if (archive === undefined) throw new RolloutError('render-failed', 'helm pull has left no chart');
    return join(folder, archive);
  }
}

function isPath(reference: ChartReference): reference is string {
  return typeof reference === 'string' && !reference.startsWith('oci://');
}

function pullArguments(reference: ChartReference): string[] {
  if (typeof reference === 'string') return [reference];
  const { repo, name, version } = reference;
  return repo.startsWith('oci://')
    ? [`${repo.replace(/\/$/, '')}/${name}`, '--version', version]
    : [name, '--repo', repo, '--version', version];
}
