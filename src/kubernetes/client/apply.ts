import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../base/is-map.js';
import { ClusterError } from '../errors/cluster-error.js';
import { appliedFields } from './managed-fields.js';
import { METADATA_ONLY } from './metadata-only.js';
import type { KubernetesObject, ObjectReference, SerialisedObject } from './objects.js';
import type { ReadOptions, RequestOptions, WriteOptions } from './request-options.js';
import { isUnchangedBy } from './unchanged-by.js';

export interface ApplyOptions extends WriteOptions {
  /** Takes over fields from other managers. @default false: a conflict is an error */
  readonly force?: boolean;
  /**
   * The object before the apply, if the caller has just read it; null if it does not exist. This saves the request
   * that determines `changed`. If it is complete and not only metadata, an apply that would change nothing is not
   * sent.
   */
  readonly previous?: KubernetesObject | null;
  /** Requests only the metadata of the result: the response for a CRD has 0.2 MB. @default false; not for dry runs */
  readonly metadataOnly?: boolean;
}

/** What an apply did. */
export interface Applied<T> {
  /** The object after the apply; with `dryRun`, the object as it would be. */
  readonly object: T;
  /** Whether anything was created or changed; with `dryRun`, whether it would be. */
  readonly changed: boolean;
}

interface Writer {
  /** The name of the cluster. */
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
 * Applies an object (server-side apply), and returns it and whether anything changed. The object is read first,
 * unless `previous` is given. Nothing is sent if nothing would change: merging Istio's CRDs costs an API server a
 * second of CPU. An apply that changes nothing does not move the resourceVersion
 * (kubernetes.io/docs/reference/using-api/server-side-apply), and one that creates the object answers 201. Another
 * writer in between can make an unchanged object look changed, but never the reverse.
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

/**
 * @throws ClusterError `api-unavailable` when the response is not a Kubernetes object: then it is not an API server
 */
function requireObject(answer: KubernetesObject, client: Writer, what: string): void {
  if (isMap(answer.metadata)) return;
  const message = `answered ${what} with something that is not a Kubernetes object`;
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
  // A dry run stores nothing and keeps the resourceVersion, so the objects themselves are compared.
  if (dryRun) {
    return differ(
      { ...before, status: undefined, metadata: ownMetadata(before, fieldManager) },
      { ...after, status: undefined, metadata: ownMetadata(after, fieldManager) },
    );
  }
  if (before.metadata.resourceVersion === after.metadata.resourceVersion) return false;
  // A controller that writes the status meanwhile also moves the resourceVersion, as for every new CRD or Deployment.
  if (before.metadata.generation === undefined) return true;
  return differ(ownMetadata(before, fieldManager), ownMetadata(after, fieldManager));
}

function differ(before: unknown, after: unknown): boolean {
  try {
    return !isDeepStrictEqual(before, after);
  } catch {
    // The object is nested deeper than the call stack; no API server accepts such an object.
    return true;
  }
}

/** Returns the metadata without the fields that change when others write, and without the times in managedFields. */
function ownMetadata({ metadata }: KubernetesObject, fieldManager: string): unknown {
  const { generation, labels, annotations, finalizers, ownerReferences } = metadata;
  const own = appliedFields(metadata, fieldManager);
  return { generation, labels, annotations, finalizers, ownerReferences, own };
}
