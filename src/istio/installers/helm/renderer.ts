import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { SharedWork } from '../../../base/concurrency/shared-work.js';
import type { KubernetesObject, SerialisedObject } from '../../../kubernetes/client/objects.js';
import type { PrimaryInput, RemoteInput, Values } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { markedFor, type ReleaseName, releaseNames } from '../../apply/helm-marks.js';
import {
  type InjectorPhase,
  primaryBaseValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from './chart-values.js';
import type { Chart, Charts } from './tool/charts.js';
import type { Helm } from './tool/helm.js';

/** A release as it is to be. */
export interface WantedRelease extends ReleaseName {
  readonly chart: Chart;
  readonly values: Values;
  /** As Helm renders it, for an upgrade. */
  readonly manifest: string;
  /** Its objects in Helm's order, with the marks of the release. */
  readonly objects: readonly SerialisedObject[];
}

/** The releases of a cluster, in the order in which they are installed. */
export interface WantedReleases {
  readonly base: WantedRelease;
  readonly istiod: WantedRelease;
}

/** Renderings kept: a rollout needs some six, and two more for each remote with values of its own. */
const MAX_RENDERINGS = 16;
/** Stands for the cluster's name while rendering. No cluster is called so: it is longer than a DNS label may be. */
const ANY_CLUSTER = `any-cluster-${'x'.repeat(60)}`;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Renders releases with Helm, once for equal values: remotes that differ only in their name cost one rendering. */
export class HelmRenderer {
  readonly #helm: Helm;
  readonly #charts: Charts;
  readonly #renderings = new SharedWork<WantedRelease>(MAX_RENDERINGS);

  constructor(helm: Helm, charts: Charts) {
    this.#helm = helm;
    this.#charts = charts;
  }

  /**
   * Returns the releases of a primary.
   *
   * @param defaultRevision the revision whose istiod validates what names no revision
   * @throws RolloutError `render-failed`; `tool-version-differs`; the signal's reason when it aborts
   */
  async primary(
    input: PrimaryInput,
    phase: InjectorPhase,
    defaultRevision: string,
    signal: AbortSignal,
  ): Promise<WantedReleases> {
    const names = releaseNames(input.revision, input.istioNamespace);
    // One after the other: where one fails, no other Helm is at work unseen.
    const base = await this.#render(names.base, 'base', primaryBaseValues(input, defaultRevision), signal);
    const istiod = await this.#render(names.istiod, 'istiod', primaryValues(input, phase), signal);
    return { base, istiod };
  }

  /**
   * Returns the releases of a remote.
   *
   * @throws RolloutError `render-failed`; `tool-version-differs`; the signal's reason when it aborts
   */
  async remote(input: RemoteInput, phase: InjectorPhase, signal: AbortSignal): Promise<WantedReleases> {
    const { cluster } = input;
    if (!DNS_LABEL.test(cluster))
      throw new RolloutError('render-failed', `${cluster} is no DNS label`, { cluster });
    const names = releaseNames(input.revision, input.istioNamespace);
    const base = await this.#render(names.base, 'base', remoteBaseValues(input), signal);
    const any = await this.#render(names.istiod, 'istiod', remoteValues(input, ANY_CLUSTER, phase), signal);
    // A DNS label has no character that JSON or YAML escapes.
    const named = (text: string) => text.replaceAll(ANY_CLUSTER, cluster);
    const istiod = {
      ...any,
      values: remoteValues(input, cluster, phase),
      manifest: named(any.manifest),
      objects: any.objects.map((object) => ({ ...object, json: named(object.json) })),
    };
    return { base, istiod };
  }

  async #render(
    name: ReleaseName,
    which: 'base' | 'istiod',
    values: Values,
    signal: AbortSignal,
  ): Promise<WantedRelease> {
    const render = async (signal: AbortSignal): Promise<WantedRelease> => {
      const chart = await this.#charts.get(which, signal);
      const manifest = await this.#helm.template({ ...name, chart: chart.path, values }, signal);
      return { ...name, chart, values, manifest, objects: parseHelmManifest(manifest, name) };
    };
    return this.#renderings.get(JSON.stringify([name, which, values]), render, signal);
  }
}

/**
 * Parses the manifest of a release, in its order, and adds the marks of the release.
 *
 * @throws RolloutError `render-failed` when it is not YAML of Kubernetes objects
 */
export function parseHelmManifest(manifest: string, name: ReleaseName): SerialisedObject[] {
  let documents: unknown[];
  try {
    documents = loadAll(manifest, { schema: CORE_SCHEMA });
  } catch (error) {
    throw new RolloutError('render-failed', 'what Helm rendered is not YAML', { cause: error });
  }
  return documents.filter((document) => document != null).map((document) => serialised(document, name));
}

function serialised(document: unknown, release: ReleaseName): SerialisedObject {
  const { apiVersion, kind, metadata } = document as Partial<KubernetesObject>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !metadata?.name)
    throw new RolloutError('render-failed', 'Helm rendered something that is not a Kubernetes object');
  const object = markedFor(document as KubernetesObject, release);
  const { name, namespace } = metadata;
  const reference = { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
  return { ...reference, json: JSON.stringify(object) };
}
