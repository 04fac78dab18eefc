import type { KubernetesObject } from '../../kubernetes/client/objects.js';

/**
 * How `istioctl install` marks what it writes, so that a later `istioctl upgrade` or `uninstall` finds its own
 * (istio 1.31: operator/pkg/install/install.go, operator/pkg/manifest/name.go, operator/pkg/component/component.go).
 */

/** The field manager of every object that `istioctl install` applies. */
export const ISTIOCTL_MANAGER = 'istio-operator';

/** Version of the istioctl that has applied the object last. */
export const VersionLabel = 'operator.istio.io/version';
export const ComponentLabel = 'operator.istio.io/component';
/** Set to `true`: a later install does not prune the object. */
export const NotPrunedLabel = 'install.operator.istio.io/owning-resource-not-pruned';
export const REVISION_LABEL = 'istio.io/rev';
export const TagLabel = 'istio.io/tag';

/** The components of an installation, by the chart that renders them. */
const COMPONENT_OF_CHART = {
  base: 'Base',
  istiod: 'Pilot',
  cni: 'Cni',
  ztunnel: 'Ztunnel',
  'istio-ingress': 'IngressGateways',
  'istio-egress': 'EgressGateways',
} as const;

export type Component = (typeof COMPONENT_OF_CHART)[keyof typeof COMPONENT_OF_CHART];

/** What tells one installation in a cluster from another. */
export interface Installation {
  /** Version of istioctl, e.g. `1.31.0`. */
  readonly version: string;
  readonly revision: string;
  readonly istioNamespace: string;
}

/** The labels on everything of an installation; those by which istioctl finds what to prune. */
export function ownerLabels(installation: Installation): Record<string, string> {
  return {
    ...ownerLabelsOfAnyVersion(installation),
    [VersionLabel]: installation.version,
  };
}

/** The labels that every version of istioctl puts on an installation of a revision. */
export function ownerLabelsOfAnyVersion({
  revision,
  istioNamespace,
}: Omit<Installation, 'version'>): Record<string, string> {
  return {
    'operator.istio.io/managed': 'Reconcile',
    'install.operator.istio.io/owning-resource-namespace': istioNamespace,
    [REVISION_LABEL]: revision,
  };
}

/** The labels on the objects of a component. */
export function componentLabels(installation: Installation, component: Component): Record<string, string> {
  return { ...ownerLabels(installation), [ComponentLabel]: component };
}

/**
 * The component that a rendered object belongs to. `manifest generate` mixes the components; every chart labels its
 * objects with its own name (`istio.labels` in the charts, since 1.24). Only bindings of admission policies carry no
 * label; nothing selects those by component.
 */
export function componentOf(object: KubernetesObject): Component {
  const labels = object.metadata.labels ?? {};
  const chart = labels['helm.sh/chart']?.replace(/-[^-]*\d.*$/, '');
  if (chart !== undefined && chart in COMPONENT_OF_CHART) {
    return COMPONENT_OF_CHART[chart as keyof typeof COMPONENT_OF_CHART];
  }
  const label = labels[ComponentLabel];
  return Object.values(COMPONENT_OF_CHART).find((component) => component === label) ?? 'Base';
}
