import { ClusterError } from './cluster-error.js';
import type { AnswerFacts } from './status.js';

const ACTION =
  'Correct the user and the password of the proxy on the worker, in proxy-url of the kubeconfig or in HTTPS_PROXY (which the worker reads when it starts), then retry the cluster.';

/** Returns the error for a proxy between worker and cluster that does not accept the worker's credentials. */
export function proxyRefusal(
  message: string,
  facts: Partial<AnswerFacts> & { cluster: string; cause?: unknown },
): ClusterError {
  return new ClusterError('cluster-not-usable', message, { ...facts, action: ACTION });
}

/** What a proxy answered instead of opening a tunnel. */
export interface TunnelRefusal {
  /** What happened, as the rest of a sentence that begins with the server. */
  readonly words: string;
  /** Whether the proxy refuses the worker's credentials. */
  readonly isAboutCredentials: boolean;
}

/**
 * Parses the failure of a tunnel through a proxy. Returns undefined for other errors. The agents report such failures
 * only in the message (hpagent 1.2.0, index.js; socks 2.8, common/constants.ts).
 */
export function tunnelRefusal(message: string): TunnelRefusal | undefined {
  const status = /^Bad response: (\d{3})$/.exec(message)?.[1];
  if (status !== undefined) {
    const words = `is behind a proxy that answered ${status}`;
    return { words, isAboutCredentials: status === '407' };
  }
  return /^Socks5 Authentication failed|no accepted authentication type/.test(message)
    ? { words: 'is behind a SOCKS proxy that refuses the user and password', isAboutCredentials: true }
    : undefined;
}
