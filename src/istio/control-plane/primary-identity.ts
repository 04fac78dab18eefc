import { CORE_SCHEMA, load } from 'js-yaml';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import type { Deployment } from '../../kubernetes/facts/deployment-readiness.js';
import { controlPlaneService } from '../endpoints/endpoints.js';
import { controlPlaneVersion } from './control-plane-deployment.js';
import type { ControlPlane } from './control-plane-pods.js';

/**
 * What the sidecars of a running control plane know about the mesh. Sidecars keep it until they are restarted: with another
 * cluster name or trust domain they fail to authenticate each other.
 */
export interface MeshIdentity {
  readonly 'cluster name'?: string;
  readonly meshID?: string;
  readonly network?: string;
  readonly 'trust domain'?: string;
}

/** The control plane of a revision that a primary runs. */
export interface RunningControlPlane {
  readonly identity: MeshIdentity;
  /** Version of Istio, e.g. `1.31.0`. */
  readonly version: string;
}

type ConfigMap = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };

/** Without meshConfig.trustDomain (istio 1.31, manifests/charts/istio-control/istio-discovery/values.yaml). */
const DEFAULT_TRUST_DOMAIN = 'cluster.local';

/**
 * Reads what a running control plane was installed as: its Deployment, and the ConfigMaps `istio` and
 * `istio-sidecar-injector` of the chart. Undefined when the revision does not run.
 *
 * @throws ClusterError
 */
export async function readRunningControlPlane(
  primary: ClusterClient,
  { istioNamespace: namespace, revision }: ControlPlane,
  options: ReadOptions,
): Promise<RunningControlPlane | undefined> {
  const suffix = revision === 'default' ? '' : `-${revision}`;
  const name = controlPlaneService(revision);
  const read = <T>(apiVersion: string, kind: string, name: string) =>
    primary.get<T>(objectPath({ apiVersion, kind, namespace, name }), options);
  const deployment = await read<Deployment>('apps/v1', 'Deployment', name);
  if (deployment === undefined) return undefined;
  const [mesh, injector] = await Promise.all([
    read<ConfigMap>('v1', 'ConfigMap', `istio${suffix}`),
    read<ConfigMap>('v1', 'ConfigMap', `istio-sidecar-injector${suffix}`),
  ]);
  return {
    version: controlPlaneVersion(deployment),
    identity: identityOf(deployment, mesh?.data?.mesh, injector?.data?.values),
  };
}

/** What differs between the control plane that runs and the one that is to run, as `meshID is shop, not office`. */
export function differences(live: MeshIdentity, wanted: MeshIdentity): string[] {
  return Object.entries(live).flatMap(([what, value]) => {
    const other = wanted[what as keyof MeshIdentity];
    return value === undefined || other === undefined || value === other
      ? []
      : [`${what} is ${value}, not ${other}`];
  });
}

function identityOf(deployment: Deployment, mesh = '', values = ''): MeshIdentity {
  const env = deployment.spec.template.spec?.containers?.[0]?.env ?? [];
  const clusterName = env.find(({ name }) => name === 'CLUSTER_ID')?.value;
  const { global } = parsed(values) as { global?: { meshID?: string; network?: string } };
  const { trustDomain } = parsed(mesh) as { trustDomain?: string };
  return {
    ...(clusterName && { 'cluster name': clusterName }),
    ...(global?.meshID && { meshID: global.meshID }),
    ...(global?.network && { network: global.network }),
    'trust domain': trustDomain ?? DEFAULT_TRUST_DOMAIN,
  };
}

/** JSON is YAML. What is neither is ignored. */
function parsed(text: string): object {
  try {
    const value = load(text, { schema: CORE_SCHEMA });
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
