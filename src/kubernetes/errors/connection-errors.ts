import { redact } from '../../base/text/redact.js';
import type { ErrorCode } from '../../rollout/codes.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { RequestTimeout } from '../client/http-request.js';
import { AnswerTooLarge } from '../client/read-answer.js';
import { ClusterError } from './cluster-error.js';
import { proxyRefusal, tunnelRefusal } from './proxy-errors.js';

/** Codes of Node and OpenSSL for a wrong certificate, or a wrong CA to check it with. */
const CERTIFICATE_ERRORS = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Codes of Node and OpenSSL 3 for unusable contents of a kubeconfig. No request was sent to the cluster. */
const UNUSABLE_MATERIAL = /^(ERR_INVALID_CHAR|ERR_OSSL_X509_KEY_|ERR_OSSL_PEM_)/;

/** The codes of sockets in words. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'cut the connection',
  EPIPE: 'cut the connection',
  EHOSTUNREACH: 'cannot be reached (no route to the host)',
  ENETUNREACH: 'cannot be reached (no route to its network)',
  ENOTFOUND: 'has a host name that does not resolve',
  EAI_AGAIN: 'has a host name that does not resolve at the moment',
  ETIMEDOUT: 'does not answer',
};

/**
 * Returns the RolloutError for a request without a complete response: `cluster-not-usable` when the kubeconfig's CA,
 * certificate or key does not fit, which a person must fix, and `api-unavailable` otherwise. A RolloutError is
 * returned unchanged.
 *
 * @param what the request, e.g. `GET /version`
 * @param server host and port, for the message
 */
export function connectionError(error: unknown, cluster: string, server: string, what: string): RolloutError {
  if (error instanceof RolloutError) return error;
  if (error instanceof RequestTimeout || error instanceof AnswerTooLarge) {
    return new ClusterError('api-unavailable', `${server} gave ${error.message} (${what})`, {
      cluster,
      cause: error,
    });
  }
  const { code, message } = describe(error);
  if (CERTIFICATE_ERRORS.has(code)) {
    return new ClusterError(
      'cluster-not-usable',
      `the certificate of ${server} is not accepted: ${message}`,
      {
        cluster,
        cause: error,
        action:
          'Correct the server, the CA or tls-server-name in the kubeconfig on the worker, then retry the cluster.',
      },
    );
  }
  const about = { cluster, cause: error };
  if (UNUSABLE_MATERIAL.test(code)) {
    const unusable = `the kubeconfig contains an unusable credential: ${message}`;
    return new ClusterError('cluster-not-usable', unusable, {
      ...about,
      action: 'Correct the credentials in the kubeconfig on the worker, then retry the cluster.',
    });
  }
  const tunnel = tunnelRefusal(message);
  const says = `${server} ${tunnel?.words ?? WORDS[code] ?? `failed: ${message}`} (${what})`;
  if (tunnel?.isAboutCredentials) return proxyRefusal(says, about);
  return new ClusterError(tlsRefusal(code), says, about);
}

/**
 * Returns the code for a TLS alert about our certificate. It is equivalent to a permanent 401: a proxy that checks
 * certificates sends it.
 */
function tlsRefusal(code: string): ErrorCode {
  return /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA)/.test(code)
    ? 'credentials-refused'
    : 'api-unavailable';
}

function describe(error: unknown): { code: string; message: string } {
  // Node tries several addresses of a host and reports their errors together.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return { code: '', message: redact(String(first)) };
  const code = (first as NodeJS.ErrnoException).code ?? '';
  return { code, message: redact(first.message).slice(0, 300) };
}
