import { describeMissing } from '../../kubernetes/facts/access-review.js';
import type { UnknownCIDRs } from '../../kubernetes/facts/cidrs.js';
import type { Namespace } from '../../kubernetes/facts/namespaces.js';
import { compareMinors, type ServerVersion } from '../../kubernetes/facts/server-version.js';
import type { Finding, Severity } from '../../rollout/checks/findings.js';
import { FINDINGS, type FindingCode } from '../../rollout/codes.js';
import { RELEASES } from '../../rollout/releases.js';
import type { ResolvedNamespace } from '../../rollout/resolve/resolved.js';
import type { OtherRegistration } from '../access/registrations.js';
import { isLedBy, MESH_ANNOTATION, otherControlPlanes } from '../control-plane/istio-namespace.js';
import {
  differences,
  type MeshIdentity,
  type RunningControlPlane,
} from '../control-plane/primary-identity.js';
import type { ForeignInjectors } from '../inject/foreign-injectors.js';
import { contraryLabels } from '../inject/injection-labels.js';
import type { RequiredRight } from '../permissions/required-rights.js';

/** The checks of one cluster: facts in, findings out. Each gives nothing when all is well. */

/** The most reasons in one finding; the others rarely say anything else. */
const MAX_REASONS = 4;

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
  const what = `${cluster} runs Kubernetes ${version.gitVersion}; Istio ${release} needs ${range.minimum} to ${range.maximum}`;
  const about = { cluster, what, where: '/version' };
  if (compareMinors(version.minor, range.minimum) < 0) {
    const why = { ...about, what: `${what}: ${range.whyMinimum}` };
    return [finding('kubernetes-version-unsupported', 'block', why)];
  }
  return compareMinors(version.minor, range.maximum) > 0
    ? [finding('kubernetes-version-untested', 'warn', about)]
    : [];
}

/** Not knowing is a warning: nothing is wrong yet, but overlaps with this cluster go unnoticed. */
export function checkCIDRs(cluster: string, { pod, service }: UnknownCIDRs): Finding[] {
  const unknown = [...(pod ? ['pod CIDRs'] : []), ...(service ? ['service CIDRs'] : [])];
  if (unknown.length === 0) return [];
  const reasons = [...new Set([...(pod ?? []), ...(service ?? [])])].slice(0, MAX_REASONS);
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  const what = `the ${unknown.join(' and ')} of ${cluster} cannot be found out${why}`;
  return [finding('cidr-unknown', 'warn', { cluster, what, where: `cluster ${cluster} in the inventory` })];
}

/** One finding for all that a rollout cannot do without, one for what it can. */
export function checkPermissions(cluster: string, missing: readonly RequiredRight[]): Finding[] {
  const groups = [
    { severity: 'block', permissions: missing.filter(({ optional }) => !optional) },
    { severity: 'warn', permissions: missing.filter(({ optional }) => optional) },
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

/** A remote that an istiod of its own leads, or injectors of others: nobody else may change that. */
export function checkTaken(
  cluster: string,
  own: string | undefined,
  { defaultTag, otherMesh }: ForeignInjectors,
): Finding[] {
  const findings: Finding[] = [];
  if (own !== undefined) {
    const what = `${cluster} runs a control plane of its own: ${own}`;
    findings.push(finding('own-control-plane', 'block', { cluster, what, where: own }));
  }
  if (otherMesh !== undefined) {
    const what = `an injector of another mesh injects the namespaces of the rollout in ${cluster}`;
    findings.push(finding('injector-elsewhere', 'block', { cluster, what, where: otherMesh }));
  }
  return [...findings, ...checkDefaultTag(cluster, defaultTag)];
}

/** A default tag of another revision, which a rollout of the revision `default` would take over. */
export function checkDefaultTag(cluster: string, defaultTag: string | undefined): Finding[] {
  if (defaultTag === undefined) return [];
  const what = `the default tag of ${cluster} belongs to another revision: ${defaultTag}`;
  return [finding('default-tag-elsewhere', 'block', { cluster, what, where: defaultTag })];
}

/** A remote that holds the root certificate of another mesh, and does not say that this primary leads there. */
export function checkRoot(
  cluster: string,
  istioNamespace: Namespace | undefined,
  primary: string,
  roots: { readonly own: string | undefined; readonly mesh: string | undefined },
): Finding[] {
  const isOurs = istioNamespace !== undefined && isLedBy(istioNamespace, primary);
  if (
    istioNamespace === undefined ||
    isOurs ||
    roots.own === undefined ||
    roots.own.trim() === roots.mesh?.trim()
  )
    return [];
  const where = `ConfigMap ${istioNamespace.metadata.name}/istio-ca-root-cert`;
  const what = `${cluster} holds a root certificate that is not that of ${primary}`;
  return [finding('root-certificate-elsewhere', 'block', { cluster, what, where })];
}

/** A cluster that the primary registers under another name already: istiod would read it twice. */
export function checkRegistrations(
  cluster: string,
  istioNamespace: string,
  others: readonly OtherRegistration[],
): Finding[] {
  return others.map(({ secret, cluster: name, by }) => {
    const where = `Secret ${istioNamespace}/${secret} of the primary`;
    const what = `the primary registers ${cluster} a second time, as ${name}, with the same ${by}`;
    return finding('registered-twice', 'block', { cluster, what, where });
  });
}

/** A control plane that runs on the primary already, and that the rollout would turn into another one. */
export function checkRunningControlPlane(
  cluster: string,
  running: RunningControlPlane | undefined,
  wanted: MeshIdentity,
  toolVersion: string | undefined,
  isOwned: boolean,
): Finding[] {
  if (running === undefined) return [];
  const where = `the control plane that runs on ${cluster}`;
  const { identity, version } = running;
  const isKnown = toolVersion !== undefined && version !== 'unknown';
  const isOtherMinor = isKnown && minorOf(version) !== minorOf(toolVersion);
  // Of a control plane that this mesh has not rolled out yet, a change of the version is a surprise too.
  const isOtherPatch = isKnown && !isOtherMinor && !isOwned && version !== toolVersion;
  const differing = [
    ...differences(identity, wanted),
    ...(isOtherPatch ? [`version is ${version}, not ${toolVersion}`] : []),
  ];
  return [
    ...(differing.length === 0
      ? []
      : [
          finding('primary-differs', 'block', {
            cluster,
            what: `${cluster}: its ${differing.join('; its ')}`,
            where,
          }),
        ]),
    ...(isOtherMinor
      ? [
          finding('minor-change-in-place', 'block', {
            cluster,
            what: `istiod of ${cluster} changes from ${version} to ${toolVersion} in place: the old istiod reads the new injector template, and Pods with sidecars are refused for some seconds in the whole mesh`,
            where,
          }),
        ]
      : []),
  ];
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
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
  cni: boolean,
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
  const labelled = contrary.join(', ');
  const against = `namespace ${wanted.name} of ${cluster} is labelled ${labelled}, against injection: ${wanted.injection}`;
  return [
    ...(contrary.length === 0
      ? []
      : [finding('namespace-label-conflict', 'block', { cluster, what: against, where })]),
    ...checkPodSecurity(cluster, live, cni),
  ];
}

/** Without Istio CNI the sidecar's init container needs NET_ADMIN (kubernetes.io/docs/concepts/security/pod-security-standards). */
function checkPodSecurity(cluster: string, { metadata }: Namespace, cni: boolean): Finding[] {
  const level = metadata.labels?.['pod-security.kubernetes.io/enforce'];
  if (cni || (level !== 'baseline' && level !== 'restricted')) return [];
  const where = `Namespace ${metadata.name}, label pod-security.kubernetes.io/enforce`;
  const what = `namespace ${metadata.name} of ${cluster} enforces pod security ${level}, which forbids the sidecar's NET_ADMIN`;
  return [finding('sidecar-forbidden', 'block', { cluster, what, where })];
}
