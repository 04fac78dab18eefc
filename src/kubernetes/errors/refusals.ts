import { ClusterError } from './cluster-error.js';

/**
 * How long a cluster may refuse the credentials before a person is asked. Who checks them may be down for a moment: an
 * authentication webhook, the issuer of OIDC tokens, the IAM of a cloud, or what an exec plugin talks to. An API server
 * that starts answers 401 as well until it knows the issuer's keys.
 */
export const REFUSAL_PATIENCE_MS = 60_000;

/**
 * After so long without a word the next refusal counts as the first again. It is longer than the pauses between the
 * attempts of one worker of many, which take turns with a cluster.
 */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/**
 * Since when a cluster has refused the credentials of its kubeconfig, as this worker has seen it. It is not what the
 * attempts of one activity add up to: an activity may have waited for something else for a long time before.
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
   * Returns the error for a refusal: `api-unavailable`, which is retried, as long as there is patience; after that the
   * refusal itself, with how long it was tried.
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
          action: `Nothing for ${limit}: the worker tries again, because what checks the credentials may be down. After that: ${action}`,
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
