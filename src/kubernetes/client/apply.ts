import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../base/is-map.js';
import { ClusterError } from '../errors/cluster-error.js';
import { appliedFields } from './managed-fields.js';
import { METADATA_ONLY } from './metadata-only.js';
import type { KubernetesObject, ObjectReference, SerialisedObject } from './objects.js';
import type { ReadOptions, RequestOptions, WriteOptions } from './request-options.js';
import { isUnchangedBy } from './unchanged-by.js';

export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers. @default false: a conflict is an error */
  readonly force?: boolean;
  /**
   * The object before, when the caller has just read it; null when it knows that there is none. It saves the request with
   * which `changed` is found out. Where it is whole and not only metadata, an apply that would change nothing is not sent.
   */
  readonly previous?: KubernetesObject | null;
  /** Only the metadata of the result is wanted: a CRD's own answer has 0.2 MB. @default false; not for dry runs */
  readonly metadataOnly?: boolean;
}

/** What an apply did. */
export interface Applied<T> {
  /** The object after it; with `dryRun` the object that it would be. */
  readonly object: T;
  /** Whether anything was created or changed; with `dryRun`, whether it would be. */
  readonly changed: boolean;
}

interface Writer {
  /** Of the cluster. */
  readonly name: string;
  get<T>(path: string, options: ReadOptions): Promise<T | undefined>;
  requestWithStatus<T>(
    method: 'PATCH',
    path: string,
    options: RequestOptions,
  ): Promise<{ readonly status: number; readonly object: T }>;
  pathOf(object: KubernetesObject | ObjectReference, signal?: AbortSignal): Promise<string>;
}

/**
 * Server-side apply, and whether it changed anything. The object is read first, unless `previous` tells it, and nothing is
 * sent where that shows that nothing would change: merging Istio's CRDs costs an API server a second of CPU.
 * An apply that changes nothing does not move the resourceVersion
 * (kubernetes.io/docs/reference/using-api/server-side-apply), one that creates answers 201. Another writer in between can
 * make an unchanged object look changed, but never the other way round.
 */
export async function applyObject<T extends KubernetesObject>(
  client: Writer,
  object: T | SerialisedObject,
  options: ApplyOptions,
): Promise<Applied<T>> {
  const { fieldManager, force, dryRun, signal, timeoutMs } = options;
  const timing = { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  const path = await client.pathOf(object, signal);
  const previous =
    options.previous === undefined ? await client.get<KubernetesObject>(path, timing) : options.previous;
  if (previous) requireObject(previous, client, `GET ${path}`);
  if (!dryRun && previous && isUnchangedBy(previous, wholeObject(object), fieldManager)) {
    return { object: previous as T, changed: false };
  }
  const { status, object: applied } = await client.requestWithStatus<T>('PATCH', path, {
    ...timing,
    ...(options.metadataOnly && !dryRun ? { accept: METADATA_ONLY } : {}),
    contentType: 'application/apply-patch+yaml',
    query: { fieldManager, force: force === true, dryRun: dryRun ? 'All' : undefined },
    body: 'json' in object ? object.json : object,
  });
  requireObject(applied, client, `PATCH ${path}`);
  const changed = status === 201 || !previous || isChanged(previous, applied, options);
  return { object: applied, changed };
}

/** @throws ClusterError `api-unavailable` for an answer that is no object of Kubernetes: something else answers */
function requireObject(answer: KubernetesObject, client: Writer, what: string): void {
  if (isMap(answer.metadata)) return;
  const message = `answered to ${what} with something that is no Kubernetes object`;
  throw new ClusterError('api-unavailable', message, { cluster: client.name });
}

function wholeObject(object: KubernetesObject | SerialisedObject): KubernetesObject {
  return 'json' in object ? (JSON.parse(object.json) as KubernetesObject) : object;
}

function isChanged(
  before: KubernetesObject,
  after: KubernetesObject,
  { fieldManager, dryRun }: WriteOptions,
): boolean {
  // A dry run stores nothing, so the resourceVersion stays: the objects themselves are compared.
  if (dryRun) {
    return differ(
      { ...before, status: undefined, metadata: ownMetadata(before, fieldManager) },
      { ...after, status: undefined, metadata: ownMetadata(after, fieldManager) },
    );
  }
  if (before.metadata.resourceVersion === after.metadata.resourceVersion) return false;
  // A controller that writes the status in between moves the resourceVersion too, as with every new CRD or Deployment.
  if (before.metadata.generation === undefined) return true;
  return differ(ownMetadata(before, fieldManager), ownMetadata(after, fieldManager));
}

function differ(before: unknown, after: unknown): boolean {
  try {
    return !isDeepStrictEqual(before, after);
  } catch {
    // Nested deeper than a call stack is, which no API server lets an object be.
    return true;
  }
}

/** Metadata without what moves when others write, or by itself: the time in managedFields. */
function ownMetadata({ metadata }: KubernetesObject, fieldManager: string): unknown {
  const { generation, labels, annotations, finalizers, ownerReferences } = metadata;
  const own = appliedFields(metadata, fieldManager);
  return { generation, labels, annotations, finalizers, ownerReferences, own };
}
