import {
  ENDPOINTS_PROOF,
  type Proof,
  type VerifyRemoteResult,
} from '../../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { readAccess } from '../../access/register.js';
import type { SettledEndpoints } from '../../endpoints/control-plane-endpoints.js';
import type { ProvenRemote } from '../../installers/installer.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { checkLiveService, duringLiveProof } from '../live-service.js';
import { readReadyPods } from '../ready-pods.js';
import { renewRemoteSecret } from '../remote-secret.js';
import { compareRoots } from '../roots.js';
import { waitForInjector } from './activate-injection.js';
import { settleEndpoints } from './control-plane-endpoints.js';
import { release14Registrar } from './register-remote.js';
import type { Release14Way } from './way.js';

const OFTEN = { intervalMs: 250 };
/** Pilot notices a new Service within two seconds, where it reads the remote at all. */
const NOTICED_WITHIN_MS = 15_000;

type AttachedRemote = Pick<ProvenRemote, 'cluster' | 'primary' | 'istioNamespace'>;

/**
 * The step `verify-remote`: reads back what makes a remote part of the mesh. Endpoints that are no longer the Ready Pods are
 * written again, and a remote that pilot does not read is registered again, once; everything else is only waited for.
 */
export async function verifyRemote(
  way: Release14Way,
  site: Site,
  input: RemoteInput,
): Promise<VerifyRemoteResult> {
  return await site.settle<VerifyRemoteResult>(
    async () => {
      const renewed = await renewWhereUnread(way, site, input);
      const { endpoints, changed, proofs } = await proveAttachment(way, site, input);
      const fact = `part of the mesh, endpoints ${endpoints.join(', ')}`;
      return { ...summarise(proofs.length, changed + renewed, fact), proofs, endpoints };
    },
    async () => ({ ...summarise(0, 0, 'nothing is read back'), proofs: [], endpoints: [] }),
  );
}

/** Pilot 1.4 gives up a remote that did not answer when it started, and may miss that a Secret was replaced. */
async function renewWhereUnread(way: Release14Way, site: Site, input: RemoteInput): Promise<number> {
  try {
    await proveRead(site, input, NOTICED_WITHIN_MS);
    return 0;
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'not-synced') throw error;
  }
  const { primary, step } = site;
  step.log.warn('pilot does not read the remote; its remote secret is written again', {
    cluster: input.cluster,
  });
  const { access } = await readAccess(release14Registrar(way), site, input);
  await renewRemoteSecret(primary, input.istioNamespace, access, step.signal);
  return 1;
}

/**
 * Proves that a remote is part of the mesh: the proof of this step, also after a wave's minSuccessTime.
 *
 * @throws RolloutError `endpoints-outdated`, `no-ready-endpoint`, `not-synced`, `control-plane-not-ready`,
 * `webhook-ca-missing` or `root-cert-missing`
 */
export async function proveAttachment(
  way: Pick<Release14Way, 'injectorName'>,
  site: Site,
  input: AttachedRemote,
): Promise<SettledEndpoints & { readonly proofs: readonly Proof[] }> {
  const { cluster: remote, primary, step } = site;
  step.heartbeat('compares the Endpoints with the Ready Pods');
  const settled = await settleEndpoints(remote, primary, input, step);
  const pilots = await proveRead(site, input);
  await waitForInjector(way, site, input.istioNamespace);
  return {
    ...settled,
    proofs: [
      { what: ENDPOINTS_PROOF, value: settled.endpoints.join(', '), proven: true },
      { what: 'live Service', value: `known to ${pilots} pilot`, proven: true },
      { what: 'webhook CA', value: 'of the injector', proven: true },
      await rootsProof(site, input.istioNamespace),
    ],
  };
}

/** Proves that every Ready pilot reads the remote now; returns how many there are. */
async function proveRead(
  { cluster: remote, primary, step }: Site,
  { cluster, istioNamespace }: AttachedRemote,
  sliceMs?: number,
): Promise<number> {
  const { signal } = step;
  step.heartbeat('asks every pilot for a new Service of the remote');
  return await duringLiveProof(remote, istioNamespace, signal, (service) =>
    waitUntil(
      step,
      async () => {
        const { pilot } = await readReadyPods(primary, istioNamespace, signal);
        const pilots = pilot.map(({ name }) => name);
        await checkLiveService(primary, { istioNamespace, pilots }, cluster, service, signal);
        return pilots.length;
      },
      { ...OFTEN, ...(sliceMs !== undefined && { sliceMs }) },
    ),
  );
}

/** Different roots are no failure: without mutual TLS the sidecars of two clusters need not trust each other. */
async function rootsProof({ cluster: remote, primary, step }: Site, istioNamespace: string): Promise<Proof> {
  const what = 'root certificate';
  const compared = await waitUntil(step, async () => {
    const roots = await compareRoots(primary, remote, istioNamespace, step.signal);
    if (roots.verdict !== 'unknown') return roots;
    const message = `citadel of ${roots.cluster} has not written ConfigMap ${istioNamespace}/istio-security yet`;
    throw new RolloutError('root-cert-missing', message, {
      cluster: remote.name,
      action: `Nothing: it is waited for. Look at the logs of citadel in ${roots.cluster} if it lasts.`,
    });
  });
  return compared.verdict === 'equal'
    ? { what, value: 'of the mesh', proven: true }
    : { what, value: 'another than in the primary: no mutual TLS between them', proven: false };
}
