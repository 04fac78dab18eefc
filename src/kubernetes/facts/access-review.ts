import { cancelOnFirstFailure } from '../../base/concurrency/cancel-on-first-failure.js';
import { Semaphore } from '../../base/concurrency/semaphore.js';
import type { ClusterClient } from '../client/cluster-client.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf } from '../client/untrusted.js';

/** The number of concurrent reviews. It leaves some of the cluster's connections free. */
const CONCURRENCY = 8;

/** One verb on one resource. */
export interface AccessRight {
  readonly verb: string;
  /** As in `kubectl auth can-i`: `deployments.apps`, `pods/portforward`. */
  readonly resource: string;
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
  /** Absent: on all objects. */
  readonly name?: string;
}

/**
 * Allowed only to cluster administrators: RBAC matches it only with rules of `*` (1.34,
 * rbac/v1/evaluation_helpers.go).
 */
const EVERYTHING: AccessRight = { verb: '*', resource: '*.*' };

/**
 * Returns the rights that the credentials lack. Asks the API server about each of them (SelfSubjectAccessReview,
 * which everybody may create); nothing is stored. For cluster administrators one review is enough.
 *
 * @throws ClusterError when the API server does not answer; the signal's reason when aborted
 */
export async function findMissingRights<Right extends AccessRight>(
  client: ClusterClient,
  rights: readonly Right[],
  options: ReadOptions = {},
): Promise<Right[]> {
  if (await isAllowed(client, EVERYTHING, options)) return [];
  const questions = new Semaphore(CONCURRENCY);
  const answers = await cancelOnFirstFailure(options.signal, (signal) =>
    Promise.all(
      rights.map((right) => questions.run(() => isAllowed(client, right, { ...options, signal }), signal)),
    ),
  );
  return rights.filter((_, index) => !answers[index]);
}

async function isAllowed(
  client: ClusterClient,
  { verb, resource, namespace, name }: AccessRight,
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

/** Returns missing rights in one line: `create, patch deployments.apps in istio-system; list nodes`. */
export function describeMissing(missing: readonly AccessRight[]): string {
  const verbs = new Map<string, string[]>();
  for (const { verb, resource, namespace, name } of missing) {
    const what = name === undefined ? resource : `${resource} ${name}`;
    const where = namespace === undefined ? what : `${what} in ${namespace}`;
    verbs.set(where, [...(verbs.get(where) ?? []), verb]);
  }
  return [...verbs].map(([where, list]) => `${list.join(', ')} ${where}`).join('; ');
}

/** Splits a resource such as `pods/portforward` or `deployments.apps` into the fields of the authorization API. */
export function parseResource(resource: string): {
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string;
} {
  const [qualified = '', subresource] = resource.split('/');
  const [plural = '', ...group] = qualified.split('.');
  return { group: group.join('.'), plural, ...(subresource === undefined ? {} : { subresource }) };
}
