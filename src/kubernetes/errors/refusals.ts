import { ClusterError } from './cluster-error.js';

/**
 * How long a cluster may refuse the credentials before a person is needed. The service that checks them may be down
 * for a moment: an authentication webhook, the issuer of OIDC tokens, the IAM of a cloud, or the server behind an
 * exec plugin. An API server that starts also answers 401 until it knows the issuer's keys.
 */
export const REFUSAL_PATIENCE_MS = 60_000;

/**
 * After this long without a response, the next refusal counts as the first again. It is longer than the pauses
 * between the attempts of one worker when many workers take turns with a cluster.
 */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/**
 * Records since when a cluster has refused the credentials of its kubeconfig, as this worker has seen it. This
 * differs from the total time of one activity's attempts: an activity may first have waited for something else for a
 * long time.
 */
export class Refusals {
  readonly #patienceMs: number;
  #since: number | undefined;
  #last = 0;

  /** @param patienceMs milliseconds; 0: the first refusal is final */
  constructor(patienceMs = REFUSAL_PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** Called when the cluster has accepted the credentials. */
  forget(): void {
    this.#since = undefined;
  }

  /**
   * Returns the error for a refusal: `api-unavailable`, which is retried, until the patience is used up; after that
   * the refusal itself, with the time for which it was tried.
   */
  judge(refusal: ClusterError): ClusterError {
    const now = Date.now();
    if (this.#since === undefined || now - this.#last > FORGOTTEN_AFTER_MS) this.#since = now;
    this.#last = now;
    const triedMs = now - this.#since;
    const { code, message, cluster = '', action, status, reason, cause } = refusal;
    const facts = {
      cluster,
      cause,
      ...(status !== undefined && { status }),
      ...(reason !== undefined && { reason }),
    };
    if (triedMs < this.#patienceMs) {
      const limit = inSeconds(this.#patienceMs);
      return new ClusterError(
        'api-unavailable',
        `${message} (refused for ${inSeconds(triedMs)} so far; after ${limit} a person is needed)`,
        {
          ...facts,
          action: `Nothing for ${limit}: the worker tries again, because the service that checks the credentials may be down. After that: ${action}`,
        },
      );
    }
    const tried = triedMs < 1000 ? message : `${message} (tried for ${inSeconds(triedMs)})`;
    return new ClusterError(code, tried, { ...facts, action });
  }
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
