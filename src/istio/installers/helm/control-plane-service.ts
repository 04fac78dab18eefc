import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import { fieldOf } from '../../../kubernetes/client/untrusted.js';
import { MANAGED_BY } from '../../../rollout/names.js';
import type { RemoteInput, Values } from '../../../rollout/resolve/resolved.js';
import { KEEP_ANNOTATION, releaseOf } from '../../apply/helm-marks.js';
import { REVISION_LABEL } from '../../apply/ownership.js';
import { controlPlaneService } from '../../endpoints/endpoints.js';

/** A field manager of its own: what an apply leaves out, its manager gives up. */
const KEEPER = `${MANAGED_BY}-keep`;

/**
 * Writes istiod's Service of a remote. The chart renders it only together with an EndpointSlice of one address, which every
 * upgrade of Helm 3 resets, and over which Helm 4 reports a conflict; so both belong to the project, and the chart is
 * rendered without an address. The Service is the chart's (istio 1.31, templates/remote-istiod-service.yaml). One that the
 * chart has made in an earlier installation is taken over, and keeps its ClusterIP.
 *
 * @returns whether it was created or changed
 * @throws ClusterError
 */
export async function writeControlPlaneService(
  remote: ClusterClient,
  { istioNamespace: namespace, revision, values }: RemoteInput,
  signal: AbortSignal,
): Promise<boolean> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: controlPlaneService(revision),
      namespace,
      labels: {
        [REVISION_LABEL]: revision,
        'app.kubernetes.io/name': 'istiod',
        'app.kubernetes.io/part-of': 'istio',
        'app.kubernetes.io/managed-by': MANAGED_BY,
      },
      annotations: KEEP_ANNOTATION,
    },
    spec: {
      type: 'ClusterIP',
      ports: [
        { name: 'tcp-istiod', port: 15012, protocol: 'TCP' },
        { name: 'tcp-webhook', port: 443, protocol: 'TCP', targetPort: 15017 },
      ],
      ...ipFamilies(values),
    },
  };
  const { changed } = await remote.apply(service, { fieldManager: MANAGED_BY, force: true, signal });
  return changed;
}

/**
 * Keeps Helm from deleting istiod's EndpointSlice, where an earlier release has made it: the release does not have it any
 * more, so that the next upgrade would take it away, and with it every sidecar's way to istiod.
 *
 * @returns whether it was changed
 * @throws ClusterError
 */
export async function keepSlice(
  remote: ClusterClient,
  { istioNamespace: namespace, revision }: RemoteInput,
  signal: AbortSignal,
): Promise<boolean> {
  const name = controlPlaneService(revision);
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, namespace } };
  const live = await remote.get<KubernetesObject>(objectPath(slice), { signal });
  if (live === undefined || releaseOf(live.metadata) === undefined) return false;
  const kept = { ...slice, metadata: { ...slice.metadata, annotations: KEEP_ANNOTATION } };
  const { changed } = await remote.apply(kept, { fieldManager: KEEPER, previous: live, signal });
  return changed;
}

/** As the chart takes them from the values. */
function ipFamilies(values: Values): object {
  const [policy, families] = ['ipFamilyPolicy', 'ipFamilies'].map((name) => fieldOf(values, 'global', name));
  return {
    ...(typeof policy === 'string' && policy !== '' && { ipFamilyPolicy: policy }),
    ...(Array.isArray(families) && families.length > 0 && { ipFamilies: families }),
  };
}
