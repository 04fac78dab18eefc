import { isDeepStrictEqual } from 'node:util';
import { concurrently } from '../../../../base/concurrency/concurrently.js';
import { isMap } from '../../../../base/is-map.js';
import type { ClusterClient } from '../../../../kubernetes/client/cluster-client.js';
import {
  describeObject,
  type KubernetesObject,
  type ObjectReference,
  type SerialisedObject,
} from '../../../../kubernetes/client/objects.js';
import { ClusterError } from '../../../../kubernetes/errors/cluster-error.js';
import type { Values } from '../../../../rollout/resolve/resolved.js';
import { withEnforcedExpressions } from '../../../apply/admissions-enforcer.js';
import { isSameRelease, KEEP_ANNOTATION, releaseOf } from '../../../apply/helm-marks.js';
import { type WebhookConfiguration, withoutFields } from '../../../inject/webhook-configuration.js';
import { parseHelmManifest, type WantedRelease } from '../renderer.js';
import type { StoredRelease } from './stored-releases.js';

/** Helm's field manager, in versions 3 and 4. */
export const HELM_MANAGER = 'helm';
/** Requests under way at once, per cluster. */
const CONCURRENCY = 4;
/** An API server that merges CRDs of Istio on a busy machine is slow. */
const TIMEOUT_MS = 30_000;

/** What `helm upgrade` would do to a cluster. */
export interface ReleaseChanges {
  /** Whether there is anything for Helm to do, if only in its own record. */
  readonly isNeeded: boolean;
  readonly create: readonly SerialisedObject[];
  readonly change: readonly SerialisedObject[];
  readonly keep: readonly SerialisedObject[];
  readonly delete: readonly ObjectReference[];
  /** Objects that are there and have not the marks of this release, also where a failed upgrade was to take them over. */
  readonly foreign: readonly KubernetesObject[];
}

/**
 * Returns what Helm would do to make a release what it is to be. An object changes when the release renders it otherwise
 * than before, or when the cluster's has other values in fields that the release sets. Who has changed nothing finds
 * nothing to do, and the cluster is only read: the API server is asked, by a dry run, where a value differs in its text.
 *
 * istiod's own fields do not count: its CA in webhooks, which no chart sets otherwise, and `failurePolicy` of validating
 * webhooks, which the charts set to `Ignore` at the first installation and leave out of upgrades, and istiod sets to `Fail`.
 *
 * @param live the release as Helm has it; undefined when there is none
 * @throws ClusterError
 */
export async function findReleaseChanges(
  client: ClusterClient,
  wanted: WantedRelease,
  live: StoredRelease | undefined,
  signal: AbortSignal,
): Promise<ReleaseChanges> {
  const before = new Map(objectsOf(live, wanted).map((object) => [describeObject(object), object]));
  const looked = await concurrently(wanted.objects, CONCURRENCY, async (object) => {
    const path = await client.pathOf(object, signal);
    const current = await client.get<KubernetesObject>(path, { signal, timeoutMs: TIMEOUT_MS });
    const earlier = before.get(describeObject(object));
    const isForeign = current !== undefined && !belongsTo(current, wanted);
    const action = await actionFor(client, object, earlier, current, signal);
    return { object, action, foreign: isForeign ? [{ ...current, ...kindOf(object) }] : [] };
  });
  const kept = new Set(wanted.objects.map((object) => describeObject(object)));
  const gone = [...before.values()].filter((object) => !kept.has(describeObject(object)));
  const deleted = await concurrently(gone, CONCURRENCY, async (object) =>
    (await isDeletable(client, object, signal)) ? [referenceTo(object)] : [],
  );
  const of = (action: Action) => looked.filter((each) => each.action === action).map(({ object }) => object);
  const changes = { create: of('create'), change: of('change'), keep: of('keep'), delete: deleted.flat() };
  const isRecorded = live !== undefined && isSameRecord(live, wanted);
  const isNothing = changes.keep.length === wanted.objects.length && changes.delete.length === 0;
  return {
    ...changes,
    isNeeded: !isRecorded || !isNothing,
    foreign: looked.flatMap(({ foreign }) => foreign),
  };
}

/** Whether Helm's own record of a release says what it is to say. */
function isSameRecord({ revision, values, chartVersion }: StoredRelease, wanted: WantedRelease): boolean {
  return (
    revision.status === 'deployed' &&
    chartVersion === wanted.chart.version &&
    isDeepStrictEqual(withoutNulls(values), withoutNulls(wanted.values))
  );
}

/** Equal texts need not be parsed: the CRDs of Istio are 0.9 MB. */
function objectsOf(live: StoredRelease | undefined, wanted: WantedRelease): readonly SerialisedObject[] {
  if (live === undefined) return [];
  return live.manifest.trim() === wanted.manifest.trim()
    ? wanted.objects
    : parseHelmManifest(live.manifest, wanted);
}

type Action = 'create' | 'change' | 'keep';

async function actionFor(
  client: ClusterClient,
  object: SerialisedObject,
  earlier: SerialisedObject | undefined,
  current: KubernetesObject | undefined,
  signal: AbortSignal,
): Promise<Action> {
  if (current === undefined) return 'create';
  const own = comparable(object, current);
  const isRenderedAsBefore =
    earlier === undefined ||
    earlier.json === object.json ||
    isDeepStrictEqual(own, comparable(earlier, current));
  if (!isRenderedAsBefore) return 'change';
  if (contains(current, own)) return 'keep';
  const after = await tryObject(client, own, signal);
  return after !== undefined && isDeepStrictEqual(contentOf(after), contentOf(current)) ? 'keep' : 'change';
}

/**
 * Returns what would become of an object if Helm's values were set in it, whoever owns them; nothing is stored. Undefined
 * where the API server cannot try it, as when a webhook has side effects.
 *
 * @throws ClusterError
 */
export async function tryObject<T extends KubernetesObject>(
  client: ClusterClient,
  object: T,
  signal: AbortSignal,
): Promise<T | undefined> {
  const path = await client.pathOf(object, signal);
  try {
    const { object: after } = await client.requestWithStatus<T>('PATCH', path, {
      query: { fieldManager: HELM_MANAGER, force: true, dryRun: 'All' },
      contentType: 'application/apply-patch+yaml',
      body: object,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    return after;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 400) return undefined;
    throw error;
  }
}

/** The object without what istiod and the admissions enforcer keep up to date. */
function comparable(object: SerialisedObject, current: KubernetesObject): KubernetesObject {
  const own = JSON.parse(object.json) as KubernetesObject;
  if (!own.kind.endsWith('WebhookConfiguration')) return own;
  const kept = withEnforcedExpressions(own as WebhookConfiguration, current as WebhookConfiguration);
  return own.kind.startsWith('Validating') ? withoutFields(kept, ['failurePolicy']) : kept;
}

/** Whether a value has everything that another one has; lists item by item. */
function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    if (!Array.isArray(whole) || whole.length !== part.length)
      return part.length === 0 && whole === undefined;
    return part.every((item, index) => contains(whole[index], item));
  }
  if (!isMap(part)) return whole === part || (part === null && whole === undefined);
  // The API drops what is empty.
  if (whole === undefined) return Object.keys(part).length === 0;
  return isMap(whole) && Object.entries(part).every(([key, value]) => contains(whole[key], value));
}

/** Without what moves with every write. */
function contentOf(object: KubernetesObject): unknown {
  const { managedFields: _1, resourceVersion: _2, generation: _3, ...metadata } = object.metadata;
  return { ...object, metadata, status: undefined };
}

function belongsTo(current: KubernetesObject, wanted: WantedRelease): boolean {
  const release = releaseOf(current.metadata);
  return release !== undefined && isSameRelease(release, wanted);
}

/** Helm asks the live object whether it may be deleted. */
async function isDeletable(
  client: ClusterClient,
  object: SerialisedObject,
  signal: AbortSignal,
): Promise<boolean> {
  const current = await client.get<KubernetesObject>(await client.pathOf(object, signal), { signal });
  const [[annotation, keep]] = Object.entries(KEEP_ANNOTATION) as [[string, string]];
  return current !== undefined && current.metadata.annotations?.[annotation] !== keep;
}

/** Items of the API carry no apiVersion and kind where they were listed. */
function kindOf({ apiVersion, kind }: ObjectReference) {
  return { apiVersion, kind };
}

function referenceTo({ apiVersion, kind, name, namespace }: ObjectReference): ObjectReference {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

/** Helm takes a null for a value that is not there. */
function withoutNulls(values: Values): unknown {
  return JSON.parse(JSON.stringify(values), (_key, value: unknown) => {
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null));
  });
}
