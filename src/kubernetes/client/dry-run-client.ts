import { isMap } from '../../base/is-map.js';
import { mergeValues } from '../../rollout/document/merge-values.js';
import { ClusterError } from '../errors/cluster-error.js';
import { firstDifference } from '../merge/covers.js';
import type { Applied, ApplyOptions } from './apply.js';
import { ClusterClient } from './cluster-client.js';
import { groupOf, objectPath, type Resource, resourcePath } from './kinds.js';
import {
  type KubernetesObject,
  type ObjectReference,
  referenceOf,
  type SerialisedObject,
} from './objects.js';
import type { DeleteOptions, Method, ReadOptions, RequestOptions, WriteOptions } from './request-options.js';

/** What would happen to an object. */
export type DryRunAction = 'create' | 'change' | 'prune' | 'keep';

/** One object that was tried. */
export interface DryRunOutcome {
  readonly object: ObjectReference;
  readonly action: DryRunAction;
  /** Why the API server could not try the write. The action then depends only on whether the object exists. */
  readonly untried?: string;
}

interface CRD extends KubernetesObject {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
  };
}

/**
 * A client that cannot change its cluster: every write is a dry run, so the API server does everything, including
 * admission, except storing (kubernetes.io/docs/reference/using-api/api-concepts, dry-run). The client remembers the
 * results, and reads return them, so steps that build on each other can be tried in sequence.
 *
 * A write that depends on an object which an earlier write would have created, such as its namespace, cannot be
 * tried. It is not sent, counts as created, and is reported as `untried`.
 */
export class DryRunClient extends ClusterClient {
  readonly #outcomes = new Map<string, DryRunOutcome>();
  /** The objects as they would be now, by path; null = deleted. */
  readonly #objects = new Map<string, KubernetesObject | null>();
  /** Kinds of CRDs that would be created, by `group/kind`. */
  readonly #kinds = new Map<string, Resource>();

  /** @param client its credentials and connections are used */
  constructor(client: ClusterClient) {
    super(client);
  }

  /** Returns what would have happened so far, in the order in which the objects were first tried. */
  get outcomes(): readonly DryRunOutcome[] {
    return [...this.#outcomes.values()];
  }

  /** Assumes that an object will exist, because something else creates it first. */
  assume(object: KubernetesObject): void {
    this.#objects.set(objectPath(object), object);
  }

  /** Notes that an object stays as it is, where the caller has found that out. */
  async keep(object: ObjectReference, signal?: AbortSignal): Promise<void> {
    this.#note(object, await this.pathOf(object, signal), 'keep');
  }

  override request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    return super.request<T>(method, path, harmless(method, options));
  }

  override requestWithStatus<T>(
    method: Method,
    path: string,
    options: RequestOptions,
  ): Promise<{ status: number; object: T }> {
    return super.requestWithStatus<T>(method, path, harmless(method, options));
  }

  override async get<T>(path: string, options: ReadOptions = {}): Promise<T | undefined> {
    const known = this.#objects.get(path);
    if (known !== undefined) return (known ?? undefined) as T | undefined;
    return super.get<T>(path, options);
  }

  override async apply<T extends KubernetesObject>(
    object: T | SerialisedObject,
    options: ApplyOptions,
  ): Promise<Applied<T>> {
    const path = await this.pathOf(object, options.signal);
    const missing = this.#whyUntriable(object, path);
    if (missing !== undefined) return this.#takeForGranted<T>(object, path, missing);
    const { previous: _metadataOnly, ...rest } = options;
    const live = await super.get<T>(path, timing(options));
    try {
      const tried = await super.apply<T>(object, { ...rest, dryRun: true, previous: live ?? null });
      this.#note(object, path, live === undefined ? 'create' : tried.changed ? 'change' : 'keep');
      if (tried.changed) this.#remember(path, tried.object);
      return tried;
    } catch (error) {
      const unsupported = whyUnsupported(error);
      if (unsupported === undefined) throw error;
      return this.#takeForGranted<T>(object, path, unsupported, live === undefined ? 'create' : 'change');
    }
  }

  override async create<T extends KubernetesObject>(object: T, options: WriteOptions): Promise<T> {
    const path = await this.pathOf(object, options.signal);
    const missing = this.#whyUntriable(object, path);
    if (missing !== undefined) return this.#takeForGranted<T>(object, path, missing).object;
    try {
      const tried = await super.create(object, { ...options, dryRun: true });
      this.#note(object, path, 'create');
      this.#remember(path, tried);
      return tried;
    } catch (error) {
      const unsupported = whyUnsupported(error);
      if (unsupported === undefined) throw error;
      return this.#takeForGranted<T>(object, path, unsupported).object;
    }
  }

  override async patch<T>(path: string, patch: unknown, options: WriteOptions): Promise<T> {
    const known = this.#objects.get(path);
    const missing = known ? this.#whyUntriable(known, path) : undefined;
    if (known && missing !== undefined) {
      const merged = mergeValues({ ...known }, isMap(patch) ? patch : {}) as unknown as KubernetesObject;
      return this.#takeForGranted(merged, path, missing).object as T;
    }
    const live = await super.get<KubernetesObject>(path, timing(options));
    try {
      const tried = await super.patch<KubernetesObject>(path, patch, { ...options, dryRun: true });
      this.#note(tried, path, differ(live, tried) ? 'change' : 'keep');
      this.#remember(path, tried);
      return tried as T;
    } catch (error) {
      const unsupported = whyUnsupported(error);
      if (unsupported === undefined || live === undefined) throw error;
      const merged = mergeValues({ ...live }, isMap(patch) ? patch : {}) as unknown as KubernetesObject;
      const action = differ(live, merged) ? 'change' : 'keep';
      return this.#takeForGranted(merged, path, unsupported, action).object as T;
    }
  }

  override async delete(
    object: KubernetesObject | ObjectReference,
    options: DeleteOptions = {},
  ): Promise<boolean> {
    const existed = await super.delete(object, { ...options, dryRun: true });
    if (!existed) return false;
    const path = objectPath(object);
    this.#note(object, path, 'prune');
    this.#objects.set(path, null);
    return true;
  }

  override async pathOf(object: KubernetesObject | ObjectReference, signal?: AbortSignal): Promise<string> {
    const { apiVersion, kind, namespace, name } = referenceOf(object);
    const planned = this.#kinds.get(`${groupOf(apiVersion)}/${kind}`);
    if (planned === undefined) return super.pathOf(object, signal);
    return `${resourcePath(apiVersion, planned, namespace)}/${encodeURIComponent(name)}`;
  }

  /** Does nothing: the connections belong to the client passed to the constructor. */
  override close(): void {}

  /**
   * Returns why the API server would refuse a write that a real rollout could make; undefined when the write can be
   * tried.
   */
  #whyUntriable(object: KubernetesObject | ObjectReference, path: string): string | undefined {
    const { apiVersion, kind, namespace } = referenceOf(object);
    const own = this.#objects.get(path);
    if (own !== undefined && this.#outcomes.get(path)?.action !== 'change') return 'it does not exist yet';
    if (namespace !== undefined && this.#isPlanned(namespace))
      return `namespace ${namespace} does not exist yet`;
    return this.#kinds.has(`${groupOf(apiVersion)}/${kind}`) ? `${kind} is not served yet` : undefined;
  }

  #isPlanned(namespace: string): boolean {
    const path = objectPath({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    if (!this.#objects.has(path)) return false;
    return (this.#outcomes.get(path)?.action ?? 'create') === 'create';
  }

  #takeForGranted<T extends KubernetesObject>(
    object: T | SerialisedObject,
    path: string,
    untried: string,
    action: DryRunAction = 'create',
  ): Applied<T> {
    const whole = 'json' in object ? (JSON.parse(object.json) as T) : object;
    const earlier = this.#objects.get(path);
    const metadata = { uid: NOT_CREATED_YET, ...earlier?.metadata, ...whole.metadata };
    const made = { ...earlier, ...whole, metadata };
    const isRepeated = this.#outcomes.has(path);
    this.#note(object, path, action, isRepeated ? undefined : untried);
    this.#remember(path, made);
    return { object: made, changed: true };
  }

  #remember(path: string, object: KubernetesObject): void {
    this.#objects.set(path, object);
    if (object.kind !== 'CustomResourceDefinition') return;
    if (this.#outcomes.get(path)?.action !== 'create') return;
    const { group, scope, names } = (object as CRD).spec;
    this.#kinds.set(`${group}/${names.kind}`, { plural: names.plural, namespaced: scope === 'Namespaced' });
  }

  /**
   * Several writes of one object count once: a created object stays created, and a deleted one that is created again
   * is replaced.
   */
  #note(
    object: KubernetesObject | ObjectReference,
    path: string,
    action: DryRunAction,
    untried?: string,
  ): void {
    const earlier = this.#outcomes.get(path);
    this.#outcomes.set(path, {
      object: plainReference(object),
      action: earlier === undefined ? action : both(earlier.action, action),
      ...((earlier?.untried ?? untried) !== undefined && { untried: earlier?.untried ?? untried ?? '' }),
    });
  }
}

/** The UID of an object that exists only in a dry run. No object has it as its owner. */
const NOT_CREATED_YET = '00000000-0000-0000-0000-000000000000';

function both(earlier: DryRunAction, later: DryRunAction): DryRunAction {
  if (earlier === 'create') return 'create';
  if (earlier === 'prune') return later === 'prune' ? 'prune' : 'change';
  return later === 'keep' ? earlier : later;
}

/** Returns only the reference: a serialised object is also a reference, but carries its whole text. */
function plainReference(object: KubernetesObject | ObjectReference): ObjectReference {
  const { apiVersion, kind, namespace, name } = referenceOf(object);
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}

/**
 * Returns why a dry run is unsupported: the API server refuses it when it would have to call a webhook with side
 * effects.
 */
function whyUnsupported(error: unknown): string | undefined {
  const refused = error instanceof ClusterError && error.status === 400;
  return refused && /does not support dry run/.test(error.message) ? error.message : undefined;
}

/** Returns options that force a dry run on every request that could write. */
function harmless(method: Method, options: RequestOptions): RequestOptions {
  if (method === 'GET') return options;
  const harmlessOptions = { ...options, query: { ...options.query, dryRun: 'All' } };
  // For a deletion, the options in the body count, not the query.
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(options.body as object), dryRun: ['All'] };
  return method === 'DELETE' ? { ...harmlessOptions, body } : harmlessOptions;
}

/** Whether a dry run of a patch changed anything but the record of who has written. */
function differ(before: KubernetesObject | undefined, after: KubernetesObject): boolean {
  if (before === undefined) return true;
  const [live, tried] = [before, after].map((object) => ({
    ...object,
    metadata: { ...object.metadata, managedFields: null },
  }));
  return (firstDifference(live, tried) ?? firstDifference(tried, live)) !== undefined;
}

function timing({ signal, timeoutMs }: WriteOptions): ReadOptions {
  return { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}
