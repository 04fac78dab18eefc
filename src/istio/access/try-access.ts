import https from 'node:https';
import { HttpsProxyAgent } from 'hpagent';
import { pause } from '../../base/concurrency/pause.js';
import { redact } from '../../base/text/redact.js';
import { environmentProxy } from '../../kubernetes/connection/environment-proxy.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { RemoteAccess } from './remote-access.js';

/** What came of trying a remote's access from the worker. */
export type AccessTrial =
  | { readonly outcome: 'works' }
  /** The worker cannot tell: it has no way to the server. istiod may have one. */
  | { readonly outcome: 'unreachable'; readonly reason: string };

/** What a reader may list in its whole cluster: not every release lets it list namespaces. */
export type ListedResource = 'namespaces' | 'services';

/** To an address that nothing answers, nothing answers after a minute either. */
const TIMEOUT_MS = 4_000;

/** Errors of TLS that a second try does not mend: the CA and the certificate do not belong together. */
const CERTIFICATE_ERROR = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
/** The other side speaks, but not TLS. */
const NOT_TLS = /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|HPE_)/;

/** Roles that were granted a moment ago take a while to be known to every API server. */
const ROLE_DELAY_MS = 500;
const ROLE_ATTEMPTS = 6;

/**
 * Tries server, CA and token together, as istiod will use them: TLS checked with that CA and nothing else, then a list
 * that the reader may do. Only the cluster that issued the token accepts it, so that also the address of another
 * cluster is found out.
 *
 * @param listed what the reader of the release may list
 * @throws RolloutError `remote-secret-refused` when the server answered and one of the three is wrong;
 * `api-unavailable` when it cannot answer now; the signal's reason
 */
export async function tryAccess(
  access: RemoteAccess,
  listed: ListedResource,
  signal: AbortSignal,
): Promise<AccessTrial> {
  for (let attempt = 1; ; attempt++) {
    let status: number;
    try {
      status = await getStatus(access, `/api/v1/${listed}?limit=1`, signal);
    } catch (error) {
      signal.throwIfAborted();
      return judgeError(access, error as NodeJS.ErrnoException);
    }
    if (status !== 403 || attempt === ROLE_ATTEMPTS) return judgeStatus(access, listed, status);
    await pause(ROLE_DELAY_MS, signal);
  }
}

function judgeError(access: RemoteAccess, { code = '', message }: NodeJS.ErrnoException): AccessTrial {
  if (!CERTIFICATE_ERROR.test(code) && !NOT_TLS.test(code)) {
    return { outcome: 'unreachable', reason: code || redact(message) };
  }
  throw refused(
    access,
    `its certificate is not accepted with the CA that goes into the secret (${redact(message)})`,
  );
}

function judgeStatus(access: RemoteAccess, listed: ListedResource, status: number): AccessTrial {
  const { cluster, server } = access;
  if (status === 200) return { outcome: 'works' };
  if (status === 401)
    throw refused(access, `it does not accept the token (401): is it the API server of ${cluster}?`);
  if (status === 403) throw refused(access, `the token may not list ${listed} there (403)`);
  if (status === 429 || status >= 500) {
    const message = `${server} answered ${status} to the token of the remote secret`;
    throw new RolloutError('api-unavailable', message, { cluster });
  }
  throw refused(access, `it answered ${status} where an API server lists ${listed}`);
}

function refused({ cluster, server }: RemoteAccess, why: string): RolloutError {
  return new RolloutError('remote-secret-refused', `${server} cannot be in the remote secret: ${why}`, {
    cluster,
  });
}

/** One GET over a connection of its own; gives the status, and reads no more. */
function getStatus({ server, ca, token }: RemoteAccess, path: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const proxy = environmentProxy(server);
    const request = https.get(
      new URL(server.replace(/\/$/, '') + path),
      {
        ca,
        agent: proxy === undefined ? false : new HttpsProxyAgent({ proxy, ca }),
        headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
        signal: AbortSignal.any([signal, timeout]),
      },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.destroy();
      },
    );
    request.on('error', (error) => {
      reject(timeout.aborted ? Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }) : error);
    });
  });
}
