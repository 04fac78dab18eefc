import type { HttpAnswer } from '../client/read-answer.js';
import { ClusterError } from './cluster-error.js';
import { conflict } from './conflict.js';
import { forbidden } from './forbidden.js';
import { proxyRefusal } from './proxy-errors.js';
import { excerpt, isAbsence, parseStatus, shorten } from './status.js';

/**
 * Returns the error that users read for an unsuccessful response. Whether a person is needed depends on who refused:
 * authentication (401), authorisation (403 by RBAC), field ownership (409), admission or validation (400, 403, 422),
 * or nobody, because the server is unavailable (429, 5xx, also when a webhook does not answer).
 *
 * @param what the request, e.g. `PATCH /api/v1/namespaces/istio-system`
 */
export function statusError(answer: HttpAnswer, cluster: string, what: string): ClusterError {
  const status = parseStatus(answer.body);
  const text = status === undefined ? excerpt(answer.body) : shorten(status.message ?? status.reason ?? '');
  const facts = {
    cluster,
    status: answer.status,
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
  };
  const says = `answered ${answer.status} to ${what}${text === '' ? '' : `: ${text}`}`;

  if (answer.status === 407) return proxyRefusal(`a proxy ${says}`, facts);
  if (answer.status === 401) return new ClusterError('credentials-refused', says, facts);
  if (answer.status === 403) return forbidden(text, says, status, facts);
  if (answer.status === 409) return conflict(says, status, facts);
  if (isRefusedPatch(text)) return new ClusterError('request-rejected', says, facts);
  if (answer.status === 429 || answer.status >= 500) return new ClusterError('api-unavailable', says, facts);
  if (answer.status === 408) return new ClusterError('api-unavailable', says, facts);
  // No API server sends this response: a proxy or a load balancer answers instead.
  if (status === undefined && !isAbsence(answer)) return new ClusterError('api-unavailable', says, facts);
  return new ClusterError('request-rejected', says, facts);
}

/**
 * Returns the error for a success with an unexpected body: something other than an API server answers.
 *
 * @param problem what is wrong with the body, e.g. `something that is not JSON`
 */
export function garbageError(
  answer: HttpAnswer,
  cluster: string,
  what: string,
  problem = 'something that is not JSON',
): ClusterError {
  const says = `answered ${answer.status} to ${what} with ${problem}: ${excerpt(answer.body)}`;
  return new ClusterError('api-unavailable', says, { cluster, status: answer.status });
}

/**
 * Returns whether a patch was refused. Fields that the schema does not have are answered with 500 (Kubernetes 1.34,
 * managedfields/internal/structuredmerge.go).
 */
function isRefusedPatch(text: string): boolean {
  return text.startsWith('failed to create typed patch object');
}
