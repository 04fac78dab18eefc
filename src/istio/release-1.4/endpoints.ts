import { sameAddresses } from '../../base/addresses.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { createOrMerge } from '../../kubernetes/merge/create-or-merge.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { Addresses } from './ready-pods.js';
import { CONTROL_SERVICES, type ControlService } from './services.js';

interface Endpoints extends KubernetesObject {
  readonly subsets?:
    | readonly {
        readonly addresses?: readonly { readonly ip: string }[];
        readonly ports?: readonly object[];
      }[]
    | null;
}

/**
 * Returns the addresses that the headless Services `istio-pilot`, `istio-policy` and `istio-telemetry` of a remote lead to,
 * sorted; none where there are no Endpoints.
 */
export async function readEndpoints(
  remote: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
): Promise<Addresses> {
  const entries = await Promise.all(
    CONTROL_SERVICES.map(async (service) => {
      const live = await readOne(remote, istioNamespace, service, signal);
      return [service.part, addressesIn(live)] as const;
    }),
  );
  return Object.fromEntries(entries) as unknown as Addresses;
}

/**
 * Makes the addresses the only ones of the three Services in a remote. The installers write one address for each; Endpoints
 * take as many as there are Ready Pods. Sidecars notice the change without a restart. The ports of the installer stay.
 *
 * @returns how many of the three were created or changed
 * @throws ClusterError `api-unavailable` when another writer was quicker
 */
export async function writeEndpoints(
  remote: ClusterClient,
  istioNamespace: string,
  addresses: Addresses,
  signal: AbortSignal,
): Promise<number> {
  const written = await Promise.all(
    CONTROL_SERVICES.map(async (service) => {
      const live = await readOne(remote, istioNamespace, service, signal);
      const wanted = addresses[service.part];
      // Without a Ready Pod, the last known addresses may still come back.
      if (wanted.length === 0 || sameAddresses(addressesIn(live), wanted)) return false;
      const object = endpointsOf(istioNamespace, service, wanted, live);
      return await createOrMerge(remote, object, live ?? null, { fieldManager: MANAGED_BY, signal });
    }),
  );
  return written.filter(Boolean).length;
}

/**
 * Proves that the Endpoints of a remote are the Ready Pods of the primary.
 *
 * @throws RolloutError `endpoints-outdated` with what differs
 */
export async function checkEndpoints(
  remote: ClusterClient,
  istioNamespace: string,
  addresses: Addresses,
  signal: AbortSignal,
): Promise<void> {
  const live = await readEndpoints(remote, istioNamespace, signal);
  const outdated = CONTROL_SERVICES.filter(({ part }) => !sameAddresses(live[part], addresses[part]));
  if (outdated.length === 0) return;
  const words = outdated.map(({ part, name }) => {
    const has = live[part].length === 0 ? 'none' : live[part].join(', ');
    return `${name} has ${has} instead of ${addresses[part].join(', ')}`;
  });
  throw new RolloutError('endpoints-outdated', `Endpoints in ${istioNamespace}: ${words.join('; ')}`, {
    cluster: remote.name,
  });
}

function readOne(
  remote: ClusterClient,
  namespace: string,
  { name }: ControlService,
  signal: AbortSignal,
): Promise<Endpoints | undefined> {
  const path = objectPath({ apiVersion: 'v1', kind: 'Endpoints', namespace, name });
  return remote.get<Endpoints>(path, { signal });
}

function addressesIn(endpoints: Endpoints | undefined): string[] {
  const subsets = endpoints?.subsets ?? [];
  return [...new Set(subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)))].sort();
}

function endpointsOf(
  namespace: string,
  { name, ports }: ControlService,
  addresses: readonly string[],
  live: Endpoints | undefined,
): Endpoints {
  const [subset] = live?.subsets ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace },
    subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: subset?.ports ?? ports }],
  };
}
