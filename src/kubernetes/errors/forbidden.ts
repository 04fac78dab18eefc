import type { HttpAnswer } from '../client/read-answer.js';
import { ClusterError } from './cluster-error.js';
import { type AnswerFacts, parseStatus, type Status, shorten } from './status.js';

/**
 * Returns the error for a 403, which has many senders. The message distinguishes them: authorizers say `User "u"
 * cannot create resource …` (Kubernetes 1.34, apiserver endpoints/handlers/responsewriters/errors.go), RBAC `is
 * attempting to grant RBAC permissions not currently held` (registry/rbac/validation/rule.go); admission plugins,
 * quotas and policies use their own words.
 *
 * @param text the message of the Status, shortened
 * @param says the same message, with the request that it answers
 */
export function forbidden(
  text: string,
  says: string,
  status: Status | undefined,
  facts: AnswerFacts,
): ClusterError {
  const denied = parseDenial(text);
  if (denied !== undefined) {
    if (denied.user === 'system:anonymous') {
      const message = `the kubeconfig contains no credentials: the API server treats the worker as anonymous (${denied.text})`;
      return new ClusterError('credentials-refused', message, facts);
    }
    return new ClusterError('permission-denied', `user "${denied.user}" ${denied.text}`, facts);
  }
  if (/is attempting to grant RBAC permissions not currently held/.test(text)) {
    return new ClusterError('permission-denied', says, {
      ...facts,
      action:
        'Grant the verbs escalate and bind on roles and clusterroles, or every permission that the message lists, then retry the cluster.',
    });
  }
  if (isPassing(text, status)) return new ClusterError('api-unavailable', says, facts);
  return new ClusterError(status === undefined ? 'permission-denied' : 'request-rejected', says, facts);
}

/** Returns whether an authorizer refused a request. The request was not processed, so it can be sent again. */
export function isDenial(answer: HttpAnswer): boolean {
  if (answer.status !== 403) return false;
  return parseDenial(shorten(parseStatus(answer.body)?.message ?? '')) !== undefined;
}

/** Returns whether a refusal is temporary: the namespace is terminating, or so new that it has no ServiceAccount. */
function isPassing(text: string, status: Status | undefined): boolean {
  const terminating = status?.causes.some(({ reason }) => reason === 'NamespaceTerminating') === true;
  return terminating || /error looking up service account .* not found/.test(text);
}

/**
 * Parses a refusal by an authorizer: who cannot do what, where.
 *
 * @returns undefined when the text is not such a refusal
 */
function parseDenial(text: string): { user: string; text: string } | undefined {
  const [, user, verb, path] = /forbidden: User "([^"]*)" cannot (\S+) path "([^"]*)"/.exec(text) ?? [];
  if (user !== undefined) return { user, text: `cannot ${verb} the path ${path}` };
  const match =
    /forbidden: User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"( in the namespace "([^"]*)")?/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, who = '', what, resource = '', group, , namespace] = match;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  return { user: who, text: `cannot ${what} ${qualifiedResource(resource, group)} ${where}` };
}

/** Returns a resource as kubectl auth can-i accepts it: `deployments.apps`, `pods/portforward`. */
function qualifiedResource(resource: string, group: string | undefined): string {
  if (group === undefined || group === '') return resource;
  const [plural, subresource] = resource.split('/');
  return subresource === undefined ? `${plural}.${group}` : `${plural}.${group}/${subresource}`;
}
