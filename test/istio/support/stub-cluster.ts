import { isDeepStrictEqual } from 'node:util';
import { onTestFinished } from 'vitest';
import type { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../../src/kubernetes/client/objects.js';
import {
  clientOf,
  refuse,
  type StubRequest,
  startStubApiServer,
} from '../../kubernetes/support/stub-api-server.js';

/** Objects by their path, as an API server without server-side apply keeps them. */
export interface StubCluster {
  readonly client: ClusterClient;
  readonly url: string;
  /** By path; tests read and change them. */
  readonly objects: Map<string, unknown>;
  readonly requests: readonly StubRequest[];
  /** What was written, as `<method> <path>`, without what was only tried. */
  writes(): string[];
}

/** What a stub does instead of what API servers do; undefined: nothing else. */
type Instead = (request: StubRequest) => { readonly status: number; readonly body: object } | undefined;

type Stored = KubernetesObject & Readonly<Record<string, unknown>>;

/**
 * Starts a stand-in for an API server of Kubernetes 1.15: it keeps objects, knows POST, merge patches with preconditions,
 * DELETE, lists by label, and dry runs; it answers 415 to server-side apply.
 */
export async function stubCluster(
  objects: Readonly<Record<string, object>> = {},
  instead: Instead = () => undefined,
): Promise<StubCluster> {
  const stored = new Map<string, unknown>(Object.entries(objects));
  let version = 100;
  const server = await startStubApiServer((request, response) => {
    const other = instead(request);
    if (other !== undefined) {
      if (other.status >= 400) return refuse(response, other.status, other.body);
      response.statusCode = other.status;
      return other.body;
    }
    const { method, body } = request;
    const url = new URL(request.path, 'http://stub');
    const path = decodeURIComponent(url.pathname);
    const isTried = isDryRun(request);
    const live = stored.get(path) as Stored | undefined;
    if (method === 'GET') {
      if (live !== undefined) return live;
      const below = [...stored.keys()].filter(
        (key) => key.startsWith(`${path}/`) && !key.slice(path.length + 1).includes('/'),
      );
      const isList = /\/(pods|services|secrets|replicasets|namespaces|configmaps)$/.test(path);
      if (!isList) return refuse(response, 404, { reason: 'NotFound' });
      const selector = url.searchParams.get('labelSelector');
      return {
        metadata: {},
        items: below.map((key) => stored.get(key)).filter((item) => matches(item, selector)),
      };
    }
    if (method === 'POST') {
      const object = JSON.parse(body) as Stored;
      const own = `${path}/${object.metadata.name}`;
      if (stored.has(own)) return refuse(response, 409, { reason: 'AlreadyExists' });
      const made = {
        ...object,
        metadata: { ...object.metadata, uid: `uid-${++version}`, resourceVersion: `${version}` },
      };
      if (!isTried) stored.set(own, made);
      response.statusCode = 201;
      return made;
    }
    if (live === undefined) return refuse(response, 404, { reason: 'NotFound' });
    if (method === 'DELETE') {
      if (!isTried) stored.delete(path);
      return { kind: 'Status', status: 'Success' };
    }
    if (request.headers['content-type'] !== 'application/merge-patch+json') return refuse(response, 415);
    const patch = JSON.parse(body) as Stored;
    const expected = patch.metadata?.resourceVersion;
    if (expected !== undefined && expected !== live.metadata.resourceVersion) {
      return refuse(response, 409, { reason: 'Conflict' });
    }
    const merged = merge(live, patch) as Stored;
    if (isDeepStrictEqual(merged, live)) return live;
    const changed = { ...merged, metadata: { ...merged.metadata, resourceVersion: `${++version}` } };
    if (!isTried) stored.set(path, changed);
    return changed;
  });
  const client = await clientOf(server.url);
  onTestFinished(() => client.close());
  return {
    client,
    url: server.url,
    objects: stored,
    requests: server.requests,
    writes: () =>
      server.requests
        .filter((request) => request.method !== 'GET' && !isDryRun(request))
        .map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`),
  };
}

/** Of a deletion the body counts, of everything else the query. */
function isDryRun({ method, path, body }: StubRequest): boolean {
  return method === 'DELETE' ? body.includes('"dryRun":["All"]') : path.includes('dryRun=All');
}

function matches(object: unknown, selector: string | null): boolean {
  const labels = (object as KubernetesObject).metadata.labels ?? {};
  return (selector ?? '').split(',').every((part) => {
    const [key = '', value] = part.split('=');
    return key === '' || labels[key] === value;
  });
}

/** JSON merge patch (RFC 7386). */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
