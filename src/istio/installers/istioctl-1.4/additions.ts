import type { Addition, Setting } from './settings.js';

/** The images of the release; users name others by `global.hub` and `global.tag` of their values, which win. */
const IMAGES: readonly Addition[] = [
  {
    path: 'hub',
    value: 'docker.io/istio',
    reason: 'Without it the images come from a registry of test builds, gcr.io/istio-testing.',
  },
  { path: 'tag', value: '1.4.3', reason: 'Without it the images are those of a test build, 1.4-dev.' },
];

/** What the guide's command for the primary lacks. */
export const PRIMARY_ADDITIONS: readonly Addition[] = IMAGES;

/** What the guide's command for a remote lacks; `cluster` stands for the name of the remote in the mesh. */
export const REMOTE_ADDITIONS: readonly Addition[] = [
  {
    path: 'values.global.createRemoteSvcEndpoints',
    value: 'true',
    reason:
      'Without it istioctl 1.4 ignores the three addresses, and the remote gets no Services for the control plane.',
  },
  {
    path: 'values.global.remotePilotCreateSvcEndpoint',
    value: 'true',
    reason: 'Without it the Service istio-pilot, to which sidecars connect, depends on other values.',
  },
  {
    path: 'autoInjection.enabled',
    value: 'true',
    reason: 'Without it the profile remote has no injector, and labelled namespaces get no sidecars.',
  },
  {
    path: 'gateways.enabled',
    value: 'false',
    reason:
      'Without it the remote gets an ingress gateway with a load balancer, which the guide does not want.',
  },
  {
    path: 'values.global.controlPlaneSecurityEnabled',
    value: 'false',
    reason:
      'Without it sidecars expect mutual TLS of the control plane, which needs a root certificate that all clusters share.',
  },
  ...IMAGES,
];

/** The path of the remote's name. */
export const CLUSTER_NAME: Omit<Addition, 'value'> = {
  path: 'values.global.multiCluster.clusterName',
  reason:
    'Without it every sidecar says that it runs in the cluster Kubernetes, which is the name of the primary.',
};

/** The path of Istio's namespace; the charts derive the namespaces of all components from it. */
export const NAMESPACE: Omit<Addition, 'value'> = {
  path: 'defaultNamespace',
  reason: 'Without it everything goes into istio-system, whatever a file says.',
};

/**
 * Returns those settings of a command line that the guide's command lacks, with their reasons. The name of a remote is left
 * open, so that plans of equal remotes are equal.
 */
export function additionsOf(settings: readonly Setting[]): Addition[] {
  const known = [...REMOTE_ADDITIONS, CLUSTER_NAME, NAMESPACE];
  return settings.flatMap(({ path, value }) => {
    const reason = known.find((addition) => addition.path === path)?.reason;
    if (reason === undefined) return [];
    return [{ path, value: path === CLUSTER_NAME.path ? '<cluster>' : value, reason }];
  });
}
