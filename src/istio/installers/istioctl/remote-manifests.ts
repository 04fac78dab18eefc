import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import type { Manifest } from '../../apply/manifests.js';
import type { Installation } from '../../apply/ownership.js';
import { remoteOperator } from './istio-operator.js';
import type { Renderer } from './renderer.js';

/** Everything of the remote profile, in the order in which it is applied. */
export interface RemoteManifests {
  readonly installation: Installation;
  /** Objects that are the same for all: CRDs, access, Service, ConfigMap. */
  readonly objects: readonly Manifest[];
  /** The chart's EndpointSlice; its endpoints are not the real ones. Absent before Istio 1.28. */
  readonly endpointSlice: Manifest | undefined;
  /** The injector webhook, to be applied last. */
  readonly injector: Manifest;
}

/** Stands for the cluster's name while rendering. No cluster is called so: it is longer than a DNS label may be. */
const ANY_CLUSTER = `any-cluster-${'x'.repeat(60)}`;
/** Stands for an address while rendering: the chart takes it for one (a pattern), and no value can contain it. */
const ANY_ADDRESS = '999.999.999.999';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const ADDRESS = /^[0-9a-fA-F:.]+$/;

/**
 * The manifests of one remote. istioctl renders once for all remotes with equal values, with placeholders for name and
 * address; they are replaced in the JSON text, which is safe because neither can hold a character that JSON escapes.
 *
 * @param address one Ready istiod Pod; it stands in the ConfigMap `values`, which tells how the remote was attached
 * @throws RolloutError `render-failed`
 */
export async function remoteManifests(
  renderer: Renderer,
  input: RemoteInput,
  address: string,
  signal: AbortSignal,
): Promise<RemoteManifests> {
  const { revision, istioNamespace } = input;
  const operator = remoteOperator(input, { cluster: ANY_CLUSTER, address: ANY_ADDRESS });
  const { installation, manifests } = await renderer.render({ operator, revision, istioNamespace }, signal);

  const own = manifests.map((manifest) => substitute(manifest, input.cluster, address));
  const isSlice = ({ kind }: Manifest) => kind === 'EndpointSlice' || kind === 'Endpoints';
  const isInjector = ({ kind }: Manifest) => kind === 'MutatingWebhookConfiguration';
  const injector = own.find(isInjector);
  if (injector === undefined) {
    throw new RolloutError('render-failed', 'istioctl rendered no injector webhook for the remote', {
      cluster: input.cluster,
    });
  }
  return {
    installation,
    objects: own.filter((manifest) => !isSlice(manifest) && !isInjector(manifest)),
    endpointSlice: own.find(({ kind }) => kind === 'EndpointSlice'),
    injector,
  };
}

/** Puts a remote's name and address in the place of the placeholders. */
function substitute(manifest: Manifest, cluster: string, address: string): Manifest {
  if (!DNS_LABEL.test(cluster))
    throw new RolloutError('render-failed', `${cluster} is no DNS label`, { cluster });
  if (!ADDRESS.test(address))
    throw new RolloutError('render-failed', `${address} is no IP address`, { cluster });
  if (!manifest.json.includes(ANY_CLUSTER) && !manifest.json.includes(ANY_ADDRESS)) return manifest;
  const json = manifest.json.replaceAll(ANY_CLUSTER, cluster).replaceAll(ANY_ADDRESS, address);
  return { ...manifest, json };
}
