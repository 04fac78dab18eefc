import { bufferFromFileOrString, type KubeConfig } from '@kubernetes/client-node';
import { abortable } from '../../base/concurrency/abortable.js';
import { Semaphore } from '../../base/concurrency/semaphore.js';
import { isMap } from '../../base/is-map.js';
import type { RolloutError } from '../../rollout/rollout-error.js';
import type { Connection } from '../connection/connection.js';
import { type Access, Credentials } from '../connection/credentials.js';
import { type KubeconfigSource, loadKubeconfig } from '../connection/load-kubeconfig.js';
import {
  type ForwardedAnswer,
  type ForwardOptions,
  getThroughPortForward,
} from '../connection/port-forward/port-forward.js';
import { type PortableAccess, portableAccess } from '../connection/portable-access.js';
import { untilReady } from '../connection/startup.js';
import { ClusterError } from '../errors/cluster-error.js';
import { connectionError } from '../errors/connection-errors.js';
import { isDenial } from '../errors/forbidden.js';
import { Refusals } from '../errors/refusals.js';
import { isAbsence } from '../errors/status.js';
import { garbageError, statusError } from '../errors/status-errors.js';
import { type Applied, type ApplyOptions, applyObject } from './apply.js';
import { discoverResource } from './discover-resource.js';
import { sendRequest } from './http-request.js';
import { knownResource, objectPath, resourcePath } from './kinds.js';
import { listAll } from './list-all.js';
import type { KubernetesObject, ObjectReference, SerialisedObject } from './objects.js';
import { referenceOf } from './objects.js';
import type { HttpAnswer } from './read-answer.js';
import type {
  DeleteOptions,
  ListOptions,
  Method,
  Query,
  ReadOptions,
  RequestOptions,
  WriteOptions,
} from './request-options.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/** Each costs the worker more CPU than some requests do; with more, an inspection opens many that nothing needs later. */
const MAX_CONNECTIONS = 6;

/**
 * One cluster's API: requests as raw JSON over keep-alive connections, so that objects arrive as they were rendered.
 * Every failure is a RolloutError that names the cluster; an aborted signal rejects with the signal's reason.
 * A 401 is answered once by asking the kubeconfig for new credentials, and counts when it has lasted ({@link Refusals}); a
 * refusal by RBAC once by asking again when the API server is ready.
 */
export class ClusterClient {
  /** Its name in the inventory. */
  readonly name: string;
  /** The kubeconfig's server, e.g. `https://10.0.0.1:6443`. */
  readonly server: string;
  /** The CA with which the kubeconfig checks the server, as PEM; undefined when it relies on the system's. */
  readonly certificateAuthority: string | undefined;
  readonly #credentials: Credentials;
  readonly #requests: Semaphore;
  readonly #plurals: Map<string, ReturnType<typeof discoverResource>>;

  /**
   * @param source a kubeconfig; or another client, whose credentials and connections are shared
   * @param refusals for how long the cluster may refuse the credentials
   * @throws RolloutError `cluster-not-usable` when the kubeconfig or its context cannot be used
   */
  constructor(source: KubeconfigSource | ClusterClient, refusals = new Refusals()) {
    this.name = source.name;
    if (source instanceof ClusterClient) {
      this.server = source.server;
      this.certificateAuthority = source.certificateAuthority;
      this.#credentials = source.#credentials;
      this.#requests = source.#requests;
      this.#plurals = source.#plurals;
      return;
    }
    const config = loadKubeconfig(source);
    this.server = config.getCurrentCluster()?.server ?? '';
    this.certificateAuthority = certificateAuthority(config);
    this.#credentials = new Credentials(source, config, refusals);
    this.#requests = new Semaphore(MAX_CONNECTIONS);
    this.#plurals = new Map();
  }

  /**
   * Sends one request and gives its JSON.
   *
   * @param path below the server, e.g. `/api/v1/namespaces`
   * @throws ClusterError for every answer that is not 2xx, with its `status` and `reason`
   */
  async request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    return this.#parse<T>(await this.#send(method, path, options), `${method} ${path}`);
  }

  /** Like `request`, and tells the status too: 201 is how a server-side apply says that it created. */
  async requestWithStatus<T>(
    method: Method,
    path: string,
    options: RequestOptions,
  ): Promise<{ status: number; object: T }> {
    const answer = await this.#send(method, path, options);
    return { status: answer.status, object: this.#parse<T>(answer, `${method} ${path}`) };
  }

  /** One object, or undefined when it, its namespace or its API does not exist (404). */
  async get<T>(path: string, options: ReadOptions = {}): Promise<T | undefined> {
    const answer = await this.#send('GET', path, options, isAbsence);
    return answer.status === 404 ? undefined : this.#parse<T>(answer, `GET ${path}`);
  }

  /**
   * Returns all items of a collection, read page by page. Items of a list carry no apiVersion and kind.
   *
   * @param options `timeoutMs` is per page
   */
  async list<T>(path: string, options: ListOptions = {}): Promise<T[]> {
    return listAll<T>(this, path, options);
  }

  /**
   * Server-side apply (Kubernetes ≥ 1.16) of an object as it is: the fields in it become the manager's, those that the
   * manager had set before and that are not in it any more go away. See {@link applyObject} for `changed`.
   *
   * @throws ClusterError `field-conflict` with `conflicts` when another manager owns a field and `force` is not set
   */
  async apply<T extends KubernetesObject>(
    object: T | SerialisedObject,
    options: ApplyOptions,
  ): Promise<Applied<T>> {
    return applyObject(this, object, options);
  }

  /** JSON merge patch (RFC 7386): null takes a field away, absent fields stay. Gives the object after it. */
  async patch<T>(path: string, patch: unknown, options: WriteOptions): Promise<T> {
    const contentType = 'application/merge-patch+json';
    return this.request<T>('PATCH', path, { ...writeOptions(options), body: patch, contentType });
  }

  /** Creates an object. A taken name is a ClusterError of reason `AlreadyExists`. */
  async create<T extends KubernetesObject>(object: T, options: WriteOptions): Promise<T> {
    const path = await this.pathOf(object, options.signal);
    const collection = path.slice(0, path.lastIndexOf('/'));
    return this.request<T>('POST', collection, { ...writeOptions(options), body: object });
  }

  /** Deletes an object of a well-known kind; false when it did not exist. It may be there for a while, terminating. */
  async delete(object: KubernetesObject | ObjectReference, options: DeleteOptions = {}): Promise<boolean> {
    const { dryRun, propagation, uid, signal } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation ?? 'Background',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      // Of a request with a body the API server ignores the query (Kubernetes 1.34, endpoints/handlers/delete.go).
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    const answer = await this.#send('DELETE', objectPath(object), { body, signal }, isAbsence);
    return answer.status !== 404;
  }

  /**
   * An HTTP GET to a port of a Pod through the API server (`pods/portforward`), as `kubectl port-forward` makes it.
   * The Pod sees a caller on localhost.
   */
  async getThroughPortForward(
    namespace: string,
    pod: string,
    port: number,
    path: string,
    options: ForwardOptions = {},
  ): Promise<ForwardedAnswer> {
    const access = await abortable(this.#credentials.access(), options.signal);
    const target = { cluster: this.name, server: this.#host(), namespace, pod, port };
    try {
      return await getThroughPortForward(this.#credentials.config, target, path, options);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status !== 401) throw error;
      this.#credentials.renew(access);
      throw this.#credentials.refused(error);
    }
  }

  /**
   * Returns what another program needs to reach the cluster as this client does ({@link portableAccess}). It holds the
   * credentials.
   */
  async portableAccess(signal?: AbortSignal): Promise<PortableAccess> {
    return portableAccess(await this.connection(signal), this.name);
  }

  /** The path of one object of any kind that the cluster serves; custom resources are looked up once. */
  async pathOf(object: KubernetesObject | ObjectReference, signal?: AbortSignal): Promise<string> {
    const { apiVersion, kind, namespace, name } = referenceOf(object);
    if (knownResource(apiVersion, kind) !== undefined) return objectPath(object);
    const key = `${apiVersion}/${kind}`;
    // Shared by all who ask, so that it is not one caller's to cancel.
    const found = this.#plurals.get(key) ?? discoverResource(this, apiVersion, kind);
    this.#plurals.set(key, found);
    found.catch(() => this.#plurals.delete(key));
    const resource = await abortable(found, signal);
    return `${resourcePath(apiVersion, resource, namespace)}/${encodeURIComponent(name)}`;
  }

  /**
   * Returns how another program reaches the cluster with the same credentials, for as long as those last.
   *
   * @throws RolloutError `cluster-not-usable`, `credentials-refused` or `api-unavailable` when there are none; the signal's
   * reason when it aborts
   */
  async connection(signal?: AbortSignal): Promise<Connection> {
    return abortable(this.#credentials.connection(), signal);
  }

  /** Closes its connections. Not needed at the end of a process, and not for clients that are merely replaced. */
  close(): void {
    this.#credentials.close();
  }

  async #send(
    method: Method,
    path: string,
    options: RequestOptions,
    isGood: (answer: HttpAnswer) => boolean = () => false,
  ): Promise<HttpAnswer> {
    let access = await abortable(this.#credentials.access(), options.signal);
    let answer = await this.#attempt(method, path, options, access);
    if (answer.status === 401) {
      this.#credentials.renew(access);
      access = await abortable(this.#credentials.access(), options.signal);
      answer = await this.#attempt(method, path, options, access);
    }
    if (isDenial(answer) && (await this.#isReady(access, options.signal))) {
      answer = await this.#attempt(method, path, options, access);
    }
    if (answer.status !== 401 && answer.status < 500) this.#credentials.accepted();
    if ((answer.status >= 200 && answer.status < 300) || isGood(answer)) return answer;
    const error = statusError(answer, this.name, `${method} ${path}`);
    throw answer.status === 401 ? this.#credentials.refused(error) : error;
  }

  /** False where it cannot be known; an API server that says that it is not ready is an error of its own. */
  async #isReady(access: Access, signal?: AbortSignal): Promise<boolean> {
    const ready = await untilReady(() => this.#attempt('GET', '/readyz', { signal }, access), signal);
    if (ready.status >= 500) throw statusError(ready, this.name, 'GET /readyz');
    return ready.status === 200;
  }

  async #attempt(method: Method, path: string, options: RequestOptions, access: Access): Promise<HttpAnswer> {
    const { body, signal } = options;
    const request = {
      url: this.#url(path, options.query),
      method,
      agent: access.agent,
      signal,
      startedAt: Date.now(),
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      headers: {
        ...access.headers,
        accept: options.accept ?? 'application/json',
        'user-agent': 'mesh-rollout',
        ...(body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    try {
      return await this.#requests.run(() => sendRequest(request), signal);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw this.#explain(error, `${method} ${path}`);
    }
  }

  #url(path: string, query: Query = {}): URL {
    const url = new URL(this.server + path);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return url;
  }

  #parse<T>(answer: HttpAnswer, what: string): T {
    let object: unknown;
    try {
      object = JSON.parse(answer.body);
    } catch {
      throw garbageError(answer, this.name, what);
    }
    if (!isMap(object)) throw garbageError(answer, this.name, what, 'something that is no object');
    return object as T;
  }

  #explain(error: unknown, what: string): RolloutError {
    return connectionError(error, this.name, this.#host(), what);
  }

  #host(): string {
    return new URL(this.server).host;
  }
}

/** The query and options of a write. */
function writeOptions(options: WriteOptions) {
  const { fieldManager, dryRun, signal, timeoutMs } = options;
  const query: Query = { fieldManager, dryRun: dryRun ? 'All' : undefined };
  return { query, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function certificateAuthority(config: KubeConfig): string | undefined {
  const cluster = config.getCurrentCluster();
  return bufferFromFileOrString(cluster?.caFile, cluster?.caData)?.toString('utf8');
}
