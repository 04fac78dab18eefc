import type { ClusterClient } from './cluster-client.js';
import { Lanes } from './lanes.js';
import { type Permission, parseResource } from './permissions.js';
import type { ReadOptions } from './request-options.js';
import { together } from './together.js';
import { fieldOf } from './untrusted.js';

/** Questions at a time: some of the cluster's connections stay free for others. */
const CONCURRENCY = 8;

/** One verb that the credentials do not have. */
export interface MissingPermission {
  readonly verb: string;
  readonly resource: string;
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
  /** Absent: on all objects. */
  readonly name?: string;
  readonly dispensable: boolean;
  /** Of no account when Istio's namespace is there. */
  readonly untilIstioNamespaceExists?: true;
}

/** The namespaces behind the scopes of {@link Permission}. */
export interface Namespaces {
  readonly istio: string;
  readonly injected: readonly string[];
}

/** What only those may do who may do everything: RBAC matches it with rules of `*` alone (1.34, rbac/v1/evaluation_helpers.go). */
const EVERYTHING = { verb: '*', resource: '*.*', dispensable: false };

/**
 * Asks the API server, verb by verb, what the credentials may do (SelfSubjectAccessReview, which everybody may
 * create). Nothing is stored. Administrators of the cluster cost one question instead of sixty.
 */
export async function findMissingPermissions(
  client: ClusterClient,
  permissions: readonly Permission[],
  namespaces: Namespaces,
  options: ReadOptions = {},
): Promise<MissingPermission[]> {
  const questions = permissions.flatMap((permission) =>
    namespacesOf(permission, namespaces).flatMap((namespace) =>
      permission.verbs.flatMap((verb) =>
        (permission.names ?? [undefined]).map((name) => ({
          verb,
          resource: permission.resource,
          ...(namespace === undefined ? {} : { namespace }),
          ...(name === undefined ? {} : { name }),
          dispensable: permission.dispensable !== undefined,
          ...(permission.untilIstioNamespaceExists && { untilIstioNamespaceExists: true as const }),
        })),
      ),
    ),
  );
  if (await isAllowed(client, EVERYTHING, options)) return [];
  const lanes = new Lanes(CONCURRENCY);
  const answers = await together(options.signal, (signal) =>
    Promise.all(
      questions.map((question) =>
        lanes.run(() => isAllowed(client, question, { ...options, signal }), signal),
      ),
    ),
  );
  return questions.filter((_, index) => !answers[index]);
}

function namespacesOf(
  { scope }: Permission,
  { istio, injected }: Namespaces,
): readonly (string | undefined)[] {
  switch (scope) {
    case 'cluster':
      return [undefined];
    case 'istio':
      return [istio];
    case 'injected':
      return injected;
    case 'kube-system':
      return [scope];
  }
}

async function isAllowed(
  client: ClusterClient,
  { verb, resource, namespace, name }: MissingPermission,
  options: ReadOptions,
): Promise<boolean> {
  const { group, plural, subresource } = parseResource(resource);
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb,
        group,
        resource: plural,
        subresource,
        namespace,
        name,
      },
    },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const review = await client.request('POST', path, { ...options, body });
  return fieldOf(review, 'status', 'allowed') === true;
}

/** `create, patch deployments.apps in istio-system; list nodes`: missing permissions in one line, for people. */
export function describeMissing(missing: readonly MissingPermission[]): string {
  const verbs = new Map<string, string[]>();
  for (const { verb, resource, namespace, name } of missing) {
    const what = name === undefined ? resource : `${resource} ${name}`;
    const where = namespace === undefined ? what : `${what} in ${namespace}`;
    verbs.set(where, [...(verbs.get(where) ?? []), verb]);
  }
  return [...verbs].map(([where, list]) => `${list.join(', ')} ${where}`).join('; ');
}
