import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { isReady, type Pod } from '../../kubernetes/facts/pod-problem.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { REVISION_LABEL } from '../apply/ownership.js';
import { stayingPods } from './leaving-pods.js';
import { SharedAnswers } from './shared-answers.js';

/** Where a control plane runs. */
export interface ControlPlane {
  readonly istioNamespace: string;
  readonly revision: string;
}

/** One Ready Pod of istiod. */
export interface ControlPlanePod {
  readonly name: string;
  /** Its address, IPv4 or IPv6; with two IP families that of the cluster's first one. */
  readonly address: string;
  /** All its addresses: one for each IP family of the cluster. */
  readonly addresses: readonly string[];
}

type IstiodPod = Pod & { readonly status?: { readonly podIPs?: readonly { readonly ip: string }[] } };

const answers = new SharedAnswers();

/**
 * The Pods of istiod that are Ready and not on their way out ({@link stayingPods}), sorted by address. On one network
 * remotes reach them by these addresses.
 *
 * @throws RolloutError `no-ready-endpoint` when there is none
 */
export async function readyControlPlanePods(
  primary: ClusterClient,
  { istioNamespace, revision }: ControlPlane,
  signal: AbortSignal,
): Promise<ControlPlanePod[]> {
  const query = { labelSelector: `app=istiod,${REVISION_LABEL}=${revision}` };
  const path = `/api/v1/namespaces/${istioNamespace}/pods`;
  const { pods, staying } = await answers.ask(
    primary,
    `${path} ${revision}`,
    async () => {
      const pods = await primary.list<IstiodPod>(path, { query });
      const controlPlane = { istioNamespace, revision };
      return { pods, staying: await stayingPods(primary, controlPlane, pods.filter(isReady)) };
    },
    signal,
  );
  const ready = staying
    .flatMap(({ metadata, status }) => {
      const { podIP: address, podIPs = [] } = status ?? {};
      if (!address) return [];
      const addresses = [...new Set([address, ...podIPs.map(({ ip }) => ip)])];
      return [{ name: metadata.name, address, addresses }];
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  if (ready.length > 0) return ready;
  const found = pods.length === 0 ? 'there is none' : `${pods.length} are not ready`;
  throw new RolloutError('no-ready-endpoint', `no Pod of istiod (revision ${revision}) is ready: ${found}`, {
    cluster: primary.name,
  });
}

/** All addresses of Pods: first those of the cluster's first IP family, then those of the other one, each sorted. */
export function addressesOf(pods: readonly ControlPlanePod[]): string[] {
  const others = pods.flatMap(({ address, addresses }) => addresses.filter((other) => other !== address));
  return [...pods.map(({ address }) => address).sort(), ...others.sort()];
}
