import { redact } from '../rollout/redact.js';
import { ClusterError, type FieldConflict } from './cluster-error.js';
import type { HttpAnswer } from './http-request.js';

/** The object with which an API server answers when it refuses (apimachinery `metav1.Status`). */
interface Status {
  readonly kind: 'Status';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
  };
}

/** Longer messages, such as a CRD's every complaint, are cut: history keeps 4 KB of a failure. */
const MESSAGE_LIMIT = 1000;

/**
 * Turns an answer that is not a success into the error that users read. Whether a person is needed follows from who
 * refused: authentication (401), authorisation (403 by RBAC), field ownership (409), admission or validation (400, 403,
 * 422), or nobody, because the server cannot serve now (429, 5xx, also when a webhook does not answer).
 *
 * @param what the request, e.g. `PATCH /api/v1/namespaces/istio-system`
 */
export function statusError(answer: HttpAnswer, cluster: string, what: string): ClusterError {
  const status = parseStatus(answer.body);
  const text = shorten(status?.message ?? excerpt(answer.body));
  const facts = {
    cluster,
    status: answer.status,
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
  };
  const says = `answered ${answer.status} to ${what}${text === '' ? '' : `: ${text}`}`;

  if (answer.status === 401) return new ClusterError('credentials-refused', says, facts);
  if (answer.status === 403) return forbidden(text, says, status, facts);
  if (answer.status === 409) return conflict(says, status, facts);
  if (isRefusedPatch(text)) return new ClusterError('request-rejected', says, facts);
  if (answer.status === 429 || answer.status >= 500) return new ClusterError('api-unavailable', says, facts);
  if (answer.status === 408) return new ClusterError('api-unavailable', says, facts);
  // An answer that no API server gives: a proxy or a load balancer speaks in its place.
  if (status === undefined && answer.status !== 404) return new ClusterError('api-unavailable', says, facts);
  return new ClusterError('request-rejected', says, facts);
}

/** The error for a success whose body is not what was asked for: something else than an API server answers. */
export function garbageError(answer: HttpAnswer, cluster: string, what: string): ClusterError {
  const says = `answered ${answer.status} to ${what} with something that is not JSON: ${shorten(excerpt(answer.body))}`;
  return new ClusterError('api-unavailable', says, { cluster, status: answer.status });
}

type Facts = { readonly cluster: string; readonly status: number; readonly reason?: string };

/**
 * 403 has many senders. The message tells them apart (apiserver `responsewriters.Forbidden`: `User "u" cannot create
 * resource …`; rbac `escalation_check.go`: `is attempting to grant RBAC permissions not currently held`); admission
 * plugins, quotas and policies use words of their own.
 */
function forbidden(text: string, says: string, status: Status | undefined, facts: Facts): ClusterError {
  const denied = parseDenial(text);
  if (denied !== undefined) {
    if (denied.user === 'system:anonymous') {
      const message = `the kubeconfig holds no credentials: the API server treats the worker as anonymous (${denied.text})`;
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

/** Refusals that pass by themselves: a namespace that is going away, and one so new that it has no ServiceAccount. */
function isPassing(text: string, status: Status | undefined): boolean {
  const terminating =
    status?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true;
  return terminating || /error looking up service account .* not found/.test(text);
}

/** Fields that the schema does not have are answered with 500 (apiserver `managedfields/internal/structuredmerge.go`). */
function isRefusedPatch(text: string): boolean {
  return text.startsWith('failed to create typed patch object');
}

/**
 * Reads a refusal by an authorizer: who cannot do what, where.
 *
 * @returns undefined when the text is no such refusal
 */
function parseDenial(text: string): { user: string; text: string } | undefined {
  const [, user, verb, path] = /User "([^"]*)" cannot (\S+) path "([^"]*)"/.exec(text) ?? [];
  if (user !== undefined) return { user, text: `cannot ${verb} the path ${path}` };
  const match =
    /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"( in the namespace "([^"]*)")?/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, who = '', what, resource = '', group, , namespace] = match;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  return { user: who, text: `cannot ${what} ${qualifiedResource(resource, group)} ${where}` };
}

/** `deployments.apps`, `pods/portforward`: as kubectl auth can-i takes it. */
export function qualifiedResource(resource: string, group: string | undefined): string {
  if (group === undefined || group === '') return resource;
  const [plural, subresource] = resource.split('/');
  return subresource === undefined ? `${plural}.${group}` : `${plural}.${group}/${subresource}`;
}

/** 409: another field manager (a person must decide), a name that is taken, or a write that came first (try again). */
function conflict(says: string, status: Status | undefined, facts: Facts): ClusterError {
  const conflicts = fieldConflicts(status);
  if (conflicts.length > 0) {
    const message = `other field managers own what is to be set: ${conflicts.map(describeConflict).join(', ')}`;
    return new ClusterError('field-conflict', shorten(message), { ...facts, conflicts });
  }
  return new ClusterError(
    status?.reason === 'AlreadyExists' ? 'request-rejected' : 'api-unavailable',
    says,
    facts,
  );
}

/** The causes of a refused server-side apply (apimachinery `managedfields/internal/conflict.go`). */
function fieldConflicts(status: Status | undefined): FieldConflict[] {
  return (status?.details?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      manager: /conflict with "([^"]*)"/.exec(cause.message ?? '')?.[1] ?? cause.message ?? '',
      field: cause.field ?? '',
    }));
}

function describeConflict({ manager, field }: FieldConflict): string {
  return `${manager} owns ${field}`;
}

function parseStatus(body: string): Status | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isStatus(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
}

/** The first words of a body that is no Status, without the tags of an HTML page. */
function excerpt(body: string): string {
  return body
    .replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

function shorten(text: string): string {
  const safe = redact(text);
  return safe.length > MESSAGE_LIMIT ? `${safe.slice(0, MESSAGE_LIMIT)}…` : safe;
}
