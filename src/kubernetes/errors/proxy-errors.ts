import { ClusterError } from './cluster-error.js';
import type { AnswerFacts } from './status.js';

const ACTION =
  'Correct the user and the password of the proxy on the worker, in proxy-url of the kubeconfig or in HTTPS_PROXY (which a worker reads when it starts), then retry the cluster.';

/** Returns the error for a proxy between worker and cluster that does not accept the worker's credentials for it. */
export function proxyRefusal(
  message: string,
  facts: Partial<AnswerFacts> & { cluster: string; cause?: unknown },
): ClusterError {
  return new ClusterError('cluster-not-usable', message, { ...facts, action: ACTION });
}

/** What a proxy answered in place of a tunnel. */
export interface TunnelRefusal {
  /** What happened, as the end of `<server> …`. */
  readonly words: string;
  /** Whether it is about the worker's credentials for the proxy. */
  readonly isAboutCredentials: boolean;
}

/**
 * Reads the failure of a tunnel through a proxy; undefined when the error is another. The agents report them in the
 * message only (hpagent 1.2.0, index.js; socks 2.8, common/constants.ts).
 */
export function tunnelRefusal(message: string): TunnelRefusal | undefined {
  const status = /^Bad response: (\d{3})$/.exec(message)?.[1];
  if (status !== undefined) {
    const words = `is behind a proxy that answered ${status}`;
    return { words, isAboutCredentials: status === '407' };
  }
  return /^Socks5 Authentication failed|no accepted authentication type/.test(message)
    ? { words: 'is behind a SOCKS proxy that refuses user and password', isAboutCredentials: true }
    : undefined;
}
