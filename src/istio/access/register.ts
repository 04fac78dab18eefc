import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { Finding, Severity } from '../../rollout/checks/findings.js';
import { FINDINGS } from '../../rollout/codes.js';
import type { StepResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { Site } from '../steps/site.js';
import type { StepContext } from '../steps/step-context.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';
import type { ReaderToken } from './reader-token.js';
import type { RemoteAccess } from './remote-access.js';
import { type ListedResource, tryAccess } from './try-access.js';

const UNVERIFIED = 'api-server-unverified';

/** What differs between releases in how a control plane gets to read a remote. */
export interface Registrar {
  /** What the token may list. */
  readonly listed: ListedResource;
  /** Makes sure that the remote issues a token; returns true when something was created for it. */
  requestToken(remote: ClusterClient, istioNamespace: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Returns the token.
   *
   * @throws RolloutError `token-not-issued`
   */
  readToken(remote: ClusterClient, istioNamespace: string, signal: AbortSignal): Promise<ReaderToken>;
  /** Whether the primary has a remote secret that gives this very access, whoever made it. */
  isRegistered(
    primary: ClusterClient,
    istioNamespace: string,
    access: RemoteAccess,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Writes the remote secret; returns true when it was created or changed. */
  write(site: Site, input: RemoteInput, access: RemoteAccess): Promise<boolean>;
}

/**
 * The step `register-remote`: a token of the reader in the remote, tried together with server and CA, then the remote
 * secret in the primary. The secret comes last: a bad one would make the next start of the control plane wait for the
 * remote. A secret that gives the same access already is not touched.
 */
export async function register(registrar: Registrar, site: Site, input: RemoteInput): Promise<StepResult> {
  const { primary, step } = site;
  const { signal } = step;
  const { cluster, istioNamespace } = input;
  const { access, issued } = await readAccess(registrar, site, input);
  const fact = `${input.primary} reads ${cluster} at ${access.server}`;
  // A plan without a token would write another secret than any that exists.
  const isKnown =
    access.token !== '' && (await registrar.isRegistered(primary, istioNamespace, access, signal));
  if (isKnown) return summarise(2, Number(issued), fact);

  const isAccepted = input.accept.includes(UNVERIFIED);
  const findings = await site.settle(
    () => verifyAccess(access, registrar.listed, isAccepted, step),
    async () => [],
  );
  step.heartbeat('writes the remote secret');
  const written = await site.attempt(() => registrar.write(site, input, access));
  const tried = findings.length === 0 ? 'tried' : 'not verified from here';
  const result = summarise(2, Number(issued) + Number(written ?? false), `${fact}, ${tried}`);
  return findings.length === 0 ? result : { ...result, findings };
}

/**
 * Returns what the remote secret says: server of the inventory, otherwise of the kubeconfig; CA of the inventory, otherwise
 * the remote's own; token of the remote. On a plan the token is empty where the remote has issued none yet.
 *
 * @throws RolloutError `token-not-issued`; `cluster-not-usable` when the inventory's CA cannot be used
 */
export async function readAccess(
  registrar: Pick<Registrar, 'requestToken' | 'readToken'>,
  site: Site,
  { cluster, istioNamespace }: RemoteInput,
): Promise<{ access: RemoteAccess; issued: boolean }> {
  const { clusters, cluster: remote, step } = site;
  const [entry, ca] = await Promise.all([
    clusters.entry(cluster),
    site.attempt(() => clusters.certificateAuthority(cluster)),
  ]);
  const issued = await site.attempt(() => registrar.requestToken(remote, istioNamespace, step.signal));
  const read = () => registrar.readToken(remote, istioNamespace, step.signal);
  const token = await site.settle(
    () => waitUntil(step, read, { intervalMs: 250 }),
    () => read().catch(noneYet),
  );
  const server = entry.apiServer ?? remote.server;
  const access = { cluster, server, ca: '', token: '', ...token, ...(ca === undefined ? {} : { ca }) };
  return { access, issued: issued ?? false };
}

function noneYet(error: unknown): undefined {
  if (error instanceof RolloutError && error.code === 'token-not-issued') return undefined;
  throw error;
}

/**
 * Tries the access. What the worker cannot reach is a finding, also when it is the server that the worker uses itself: it
 * may do so through a proxy. Only the control plane can tell then. The same goes for a wrong answer that the user has taken on: a
 * proxy that intercepts TLS, or another DNS, is what the worker sees, and not what the control plane does.
 *
 * @param isAccepted whether the user has taken on what the worker cannot verify
 * @throws RolloutError `remote-secret-refused`
 */
async function verifyAccess(
  access: RemoteAccess,
  listed: ListedResource,
  isAccepted: boolean,
  step: StepContext,
): Promise<Finding[]> {
  const { cluster, server } = access;
  step.heartbeat(`tries ${server} with the token of the remote`);
  try {
    const trial = await tryAccess(access, listed, step.signal);
    if (trial.outcome === 'works') return [];
    const why = `the worker does not reach ${server} (${trial.reason})`;
    return [unverified(cluster, 'info', `${why}, so the remote secret of ${cluster} was not tried`)];
  } catch (error) {
    const isRefused = error instanceof RolloutError && error.code === 'remote-secret-refused';
    if (!isRefused || !isAccepted) throw error;
    const what = `the remote secret of ${cluster} was written though the worker could not verify it: ${error.message}`;
    return [unverified(cluster, 'warn', what)];
  }
}

function unverified(cluster: string, severity: Severity, what: string): Finding {
  const where = `apiServer of ${cluster} in the inventory`;
  return { code: UNVERIFIED, severity, cluster, what, where, action: FINDINGS[UNVERIFIED].action };
}
