import { ENDPOINTS_PROOF, type Proof, type VerifyRemoteResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { checkEndpointsKnown } from '../control-plane/known-endpoints.js';
import { checkRootCertificate, readMeshRoot } from '../control-plane/root-certificate.js';
import { checkSynced } from '../control-plane/sync-status.js';
import type { SettledEndpoints } from '../endpoints/control-plane-endpoints.js';
import { settleEndpoints } from '../endpoints/settle-endpoints.js';
import { checkInjectorCA } from '../inject/injector-webhook.js';
import type { Site } from '../steps/site.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';

/**
 * The step `verify-remote`: reads back what makes a remote part of the mesh. Endpoints that are no longer the Ready istiod
 * Pods are written again; everything else is only waited for.
 */
export async function verifyRemote(site: Site, input: RemoteInput): Promise<VerifyRemoteResult> {
  return await site.settle<VerifyRemoteResult>(
    async () => {
      const { endpoints, changed, proofs } = await proveAttachment(site, input);
      const fact = `part of the mesh, endpoints ${endpoints.join(', ')}`;
      return { ...summarise(proofs.length, changed, fact), proofs, endpoints };
    },
    async () => ({ ...summarise(0, 0, 'nothing is read back'), proofs: [], endpoints: [] }),
  );
}

/**
 * Proves that a remote is part of the mesh: the proof of this step, also after a wave's minSuccessTime.
 *
 * @throws RolloutError `not-synced`, `webhook-ca-missing`, `root-cert-missing`, `endpoints-outdated` or `no-ready-endpoint`
 */
export async function proveAttachment(
  { cluster: remote, primary, step }: Site,
  input: Pick<RemoteInput, 'cluster' | 'primary' | 'istioNamespace' | 'revision'>,
): Promise<SettledEndpoints & { readonly proofs: readonly Proof[] }> {
  const { signal } = step;
  const { cluster, istioNamespace, revision } = input;
  step.heartbeat('compares the endpoints with the Pods of istiod');
  const settled = await settleEndpoints(remote, primary, input, step);
  step.heartbeat('asks every istiod whether it has synced');
  const pods = await waitUntil(step, () => checkSynced(primary, input, cluster, signal));
  const knowing = await waitUntil(step, () => checkEndpointsKnown(primary, input, cluster, signal));
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const injectors = await waitUntil(step, () => checkInjectorCA(remote, revision, root, signal));
  await waitUntil(step, () => checkRootCertificate(remote, istioNamespace, root, signal));
  return {
    ...settled,
    proofs: [
      { what: ENDPOINTS_PROOF, value: settled.endpoints.join(', '), proven: true },
      { what: 'synced', value: `${pods.length} istiod`, proven: true },
      { what: 'endpoints of the remote', value: `known to ${knowing} istiod`, proven: true },
      { what: 'webhook CA', value: `of the mesh in ${injectors.length}`, proven: true },
      { what: 'root certificate', value: 'of the mesh', proven: true },
    ],
  };
}
