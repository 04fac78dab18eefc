import { readReaderToken, requestReaderToken } from '../../src/istio/access/reader-token.js';
import type { RemoteAccess } from '../../src/istio/access/remote-access.js';
import { isRegistered, writeRemoteSecret } from '../../src/istio/access/remote-secret.js';
import { tryAccess } from '../../src/istio/access/try-access.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { Finding, Severity } from '../../src/rollout/checks/findings.js';
import { FINDINGS } from '../../src/rollout/codes.js';
import type { StepResult } from '../../src/rollout/progress/step-results.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineStep, type StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';

const UNVERIFIED = 'api-server-unverified';

/**
 * The activity `registerRemote`: a token of the reader in the remote, tried together with server and CA, then the remote
 * secret in the primary. The secret comes last: a bad one would make the next start of istiod wait for the remote. A
 * secret that gives the same access already is not touched.
 */
export function registerRemote(dependencies: ActivityDependencies): Activities['registerRemote'] {
  return defineStep((input: RemoteInput, step) => register(dependencies, input, step));
}

/** What the activity does; also for a remote secret that somebody has deleted since. */
export async function register(
  dependencies: ActivityDependencies,
  input: RemoteInput,
  step: StepContext,
): Promise<StepResult> {
  const { signal } = step;
  const { cluster, istioNamespace } = input;
  const { access, issued } = await readAccess(dependencies, input, step);
  const primary = await dependencies.clusters.get(input.primary);
  const fact = `${input.primary} reads ${cluster} at ${access.server}`;
  if (await isRegistered(primary, istioNamespace, access, signal)) return summarise(2, Number(issued), fact);

  const isAccepted = input.accept.includes(UNVERIFIED);
  const findings = await verifyAccess(access, isAccepted, step);
  step.heartbeat('writes the remote secret');
  const written = await writeRemoteSecret(primary, istioNamespace, access, signal);
  const tried = findings.length === 0 ? 'tried' : 'not verified from here';
  const result = summarise(2, Number(issued) + Number(written), `${fact}, ${tried}`);
  return findings.length === 0 ? result : { ...result, findings };
}

/**
 * What the remote secret says: server of the inventory, else of the kubeconfig; CA of the inventory, else the remote's own;
 * token of the remote.
 *
 * @throws RolloutError `token-not-issued`; `cluster-not-usable` when the inventory's CA cannot be used
 */
export async function readAccess(
  { clusters }: ActivityDependencies,
  { cluster, istioNamespace }: RemoteInput,
  step: StepContext,
): Promise<{ access: RemoteAccess; issued: boolean }> {
  const [remote, entry, ca] = await Promise.all([
    clusters.get(cluster),
    clusters.entry(cluster),
    clusters.certificateAuthority(cluster),
  ]);
  const issued = await requestReaderToken(remote, istioNamespace, step.signal);
  const token = await waitUntil(step, () => readReaderToken(remote, istioNamespace, step.signal), {
    intervalMs: 250,
  });
  const server = entry.apiServer ?? remote.server;
  return { access: { cluster, server, ...token, ...(ca === undefined ? {} : { ca }) }, issued };
}

/**
 * Tries the access. What the worker cannot reach is a finding, also when it is the server that the worker uses itself: it
 * may do so through a proxy. Only istiod can tell then. The same goes for a wrong answer that the user has taken on: a
 * proxy that intercepts TLS, or another DNS, is what the worker sees, and not what istiod does.
 *
 * @param isAccepted whether the user has taken on what the worker cannot verify
 * @throws RolloutError `remote-secret-refused`
 */
async function verifyAccess(
  access: RemoteAccess,
  isAccepted: boolean,
  step: StepContext,
): Promise<Finding[]> {
  const { cluster, server } = access;
  step.heartbeat(`tries ${server} with the token of the remote`);
  try {
    const trial = await tryAccess(access, step.signal);
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
