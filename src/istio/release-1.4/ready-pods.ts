import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import { isReady, type Pod } from '../../kubernetes/facts/pod-problem.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { SharedAnswers } from '../control-plane/shared-answers.js';
import { CONTROL_SERVICES, type ControlPart } from './services.js';

/** A Ready Pod of the control plane. */
export interface ReadyPod {
  readonly name: string;
  readonly address: string;
}

/** The Ready Pods of each service that remotes use; each list has at least one, sorted by address. */
export type ReadyPods = Readonly<Record<ControlPart, readonly ReadyPod[]>>;

/** The addresses of each service. */
export type Addresses = Readonly<Record<ControlPart, readonly string[]>>;

/** Every remote asks for the same Pods. */
const answers = new SharedAnswers();

/**
 * Returns the Ready Pods of pilot, policy and telemetry in the primary. The guide takes the first Pod of each, which may be
 * about to end, and only one of up to five. Pods of policy and telemetry have no readiness probe: Ready means that they run.
 *
 * @throws RolloutError `no-ready-endpoint`, which names the services without a Ready Pod
 */
export async function readReadyPods(
  primary: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
): Promise<ReadyPods> {
  const read = async () =>
    await Promise.all(
      CONTROL_SERVICES.map(async ({ part, selector }) => {
        const path = collectionPath('v1', 'Pod', istioNamespace);
        const pods = await primary.list<Pod>(path, { query: { labelSelector: selector } });
        return { part, selector, found: pods.length, ready: pods.filter(isReady).flatMap(addressOf) };
      }),
    );
  const parts = await answers.ask(primary, istioNamespace, read, signal);
  const missing = parts.filter(({ ready }) => ready.length === 0);
  if (missing.length === 0) {
    const sorted = parts.map(({ part, ready }) => [part, ready.toSorted(byAddress)] as const);
    return Object.fromEntries(sorted) as unknown as ReadyPods;
  }
  const words = missing.map(({ part, selector, found }) => {
    const pods = found === 0 ? 'there is none' : `${found} are not ready`;
    return `${part} (${selector}, ${pods})`;
  });
  throw new RolloutError(
    'no-ready-endpoint',
    `namespace ${istioNamespace} of the primary has no Ready Pod of ${words.join(', ')}`,
    {
      cluster: primary.name,
      action: 'Nothing: they are waited for. Look at these Pods in the primary if it lasts.',
    },
  );
}

/** Returns the addresses of Pods by service. */
export function addressesOf(pods: ReadyPods): Addresses {
  const entries = CONTROL_SERVICES.map(
    ({ part }) => [part, pods[part].map(({ address }) => address)] as const,
  );
  return Object.fromEntries(entries) as unknown as Addresses;
}

function addressOf({ metadata, status }: Pod): ReadyPod[] {
  return status?.podIP ? [{ name: metadata.name, address: status.podIP }] : [];
}

function byAddress(one: ReadyPod, other: ReadyPod): number {
  return one.address < other.address ? -1 : 1;
}
