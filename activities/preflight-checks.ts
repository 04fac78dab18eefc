import { contraryLabels } from '../src/istio/injection-labels.js';
import { MESH_ANNOTATION, otherControlPlanes } from '../src/istio/istio-namespace.js';
import { describeMissing, type MissingPermission } from '../src/kubernetes/access-review.js';
import type { ClusterCIDRs } from '../src/kubernetes/cidrs.js';
import type { Namespace } from '../src/kubernetes/namespaces.js';
import { compareMinors, type ServerVersion } from '../src/kubernetes/server-version.js';
import { FINDINGS, type FindingCode } from '../src/rollout/codes.js';
import type { Finding, Severity } from '../src/rollout/findings.js';
import { RELEASES } from '../src/rollout/releases.js';
import type { ResolvedNamespace } from '../src/rollout/resolved.js';

/** The checks of one cluster: facts in, findings out. Each gives nothing when all is well. */

const CONTROL_PLANES = 'topology.istio.io/controlPlaneClusters';

/** A finding about one cluster; its action is the catalogue's unless a better one is given. */
export function finding(
  code: FindingCode,
  severity: Severity,
  about: { cluster: string; what: string; where: string; action?: string },
): Finding {
  return { code, severity, action: FINDINGS[code].action, ...about };
}

/** Outside of what the release supports: older is a block, newer only untested. */
export function checkVersion(cluster: string, version: ServerVersion, release: string): Finding[] {
  const range = RELEASES[release]?.kubernetes;
  if (range === undefined) return [];
  const what = `${cluster} runs Kubernetes ${version.gitVersion}; Istio ${release} supports ${range.minimum} to ${range.maximum}`;
  const about = { cluster, what, where: '/version' };
  if (compareMinors(version.minor, range.minimum) < 0) {
    return [finding('kubernetes-version-unsupported', 'block', about)];
  }
  return compareMinors(version.minor, range.maximum) > 0
    ? [finding('kubernetes-version-untested', 'warn', about)]
    : [];
}

/** Not knowing is a warning: nothing is wrong yet, but overlaps with this cluster go unnoticed. */
export function checkCIDRs(cluster: string, { podCIDRs, serviceCIDRs }: ClusterCIDRs): Finding[] {
  const unknown = [
    ...(podCIDRs.length === 0 ? ['pod CIDRs'] : []),
    ...(serviceCIDRs.length === 0 ? ['service CIDRs'] : []),
  ];
  if (unknown.length === 0) return [];
  const what = `the ${unknown.join(' and ')} of ${cluster} cannot be found out`;
  return [finding('cidr-unknown', 'warn', { cluster, what, where: `cluster ${cluster} in the inventory` })];
}

/** One finding for all that a rollout cannot do without, one for what it can. */
export function checkPermissions(cluster: string, missing: readonly MissingPermission[]): Finding[] {
  const groups = [
    { severity: 'block', permissions: missing.filter(({ dispensable }) => !dispensable) },
    { severity: 'warn', permissions: missing.filter(({ dispensable }) => dispensable) },
  ] as const;
  return groups.flatMap(({ severity, permissions }) => {
    if (permissions.length === 0) return [];
    const what = `the credentials for ${cluster} may not ${describeMissing(permissions)}`;
    return [finding('permission-missing', severity, { cluster, what, where: `kubeconfig of ${cluster}` })];
  });
}

/** A remote that another primary is to lead. */
export function checkAttachment(
  cluster: string,
  istioNamespace: Namespace | undefined,
  primary: string,
): Finding[] {
  const annotation = istioNamespace?.metadata.annotations?.[CONTROL_PLANES];
  const others = otherControlPlanes(annotation, primary);
  if (others.length === 0) return [];
  const what = `${cluster} is attached to ${others.join(', ')}, not to ${primary}`;
  const where = `Namespace ${istioNamespace?.metadata.name}, annotation ${CONTROL_PLANES}`;
  return [finding('attached-elsewhere', 'block', { cluster, what, where })];
}

/** A remote that an istiod of its own leads: the two would fight over its webhooks, so nobody can take that on. */
export function checkOwnControlPlane(cluster: string, own: string | undefined): Finding[] {
  if (own === undefined) return [];
  const what = `${cluster} runs a control plane of its own: ${own}`;
  return [finding('own-control-plane', 'block', { cluster, what, where: own })];
}

/** A primary that was rolled out as another mesh. */
export function checkMesh(cluster: string, istioNamespace: Namespace | undefined, mesh: string): Finding[] {
  const owner = istioNamespace?.metadata.annotations?.[MESH_ANNOTATION];
  if (owner === undefined || owner === mesh) return [];
  const what = `${cluster} is the primary of mesh ${owner}, not of ${mesh}`;
  const where = `Namespace ${istioNamespace?.metadata.name}, annotation ${MESH_ANNOTATION}`;
  return [finding('mesh-mismatch', 'block', { cluster, what, where })];
}

/** Whether a namespace can be labelled. */
export function checkNamespace(
  cluster: string,
  wanted: ResolvedNamespace,
  live: Namespace | undefined,
): Finding[] {
  const where = `Namespace ${wanted.name}`;
  if (live === undefined || live.status?.phase === 'Terminating') {
    const what =
      live === undefined
        ? `${cluster} has no namespace ${wanted.name}`
        : `namespace ${wanted.name} of ${cluster} is being deleted`;
    return [finding('namespace-missing', 'block', { cluster, what, where })];
  }
  const contrary = contraryLabels(live, wanted.injection);
  if (contrary.length === 0) return [];
  const what = `namespace ${wanted.name} of ${cluster} is labelled ${contrary.join(', ')}, against injection: ${wanted.injection}`;
  return [finding('namespace-label-conflict', 'block', { cluster, what, where })];
}

/** The tool must be of the release that the document asks for. */
export function checkTool(cluster: string, release: string, version: string, path: string): Finding[] {
  const minor = RELEASES[release]?.istioctlMinor;
  if (
    minor === undefined ||
    version === minor ||
    version.startsWith(`${minor}.`) ||
    version.startsWith(`${minor}-`)
  ) {
    return [];
  }
  const what = `the istioctl of the worker is ${version}; the document asks for release ${release}`;
  return [finding('tool-release-mismatch', 'block', { cluster, what, where: path })];
}
