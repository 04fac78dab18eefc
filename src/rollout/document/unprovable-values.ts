import { isMap } from '../../base/is-map.js';
import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';
import type { Values } from '../resolve/resolved.js';

/**
 * Values with which a rollout could never finish: they switch off what its proofs read. Each is harmful with some
 * settings only. What a setting does was read in istio 1.31; the file is named beside it.
 */
interface UnprovableValue {
  readonly path: readonly string[];
  /** Whether the value, as the chart writes it into istiod's environment, is one of the harmful ones. */
  isHarmful(value: string): boolean;
  /** The rest of the sentence that begins with the value's path. */
  readonly why: string;
}

const ROOT_CERTIFICATE = 'istio-ca-root-cert';

const NO_ROOT = `istiod then writes no ConfigMap ${ROOT_CERTIFICATE}, which proves that it leads in a remote`;
const OTHER_ROOT = `must be ${ROOT_CERTIFICATE}: the rollout reads the root certificate of the mesh there`;

const UNPROVABLE: readonly UnprovableValue[] = [
  {
    // pilot/pkg/xds/debug.go, AddDebugHandlers
    path: ['env', 'ENABLE_DEBUG_ON_HTTP'],
    isHarmful: isFalse,
    why: 'must not be false: only the debug pages of istiod say whether it has synced with a remote',
  },
  {
    // pilot/pkg/serviceregistry/kube/controller/multicluster.go, initializeCluster
    path: ['env', 'ENABLE_CLUSTER_TRUST_BUNDLE_API'],
    isHarmful: isTrue,
    why: `must not be true: ${NO_ROOT}`,
  },
  {
    // pilot/pkg/features/experimental.go, CACertConfigMapName
    path: ['env', 'PILOT_CA_CERT_CONFIGMAP'],
    isHarmful: (value) => value !== ROOT_CERTIFICATE,
    why: OTHER_ROOT,
  },
  {
    // templates/deployment.yaml of the chart istiod: it becomes PILOT_CA_CERT_CONFIGMAP
    path: ['global', 'trustBundleName'],
    isHarmful: (value) => value !== '' && value !== ROOT_CERTIFICATE,
    why: OTHER_ROOT,
  },
  {
    // pilot/pkg/bootstrap/server.go, shouldStartNsController
    path: ['env', 'PILOT_CERT_PROVIDER'],
    isHarmful: (value) => value === 'none',
    why: `must not be none: ${NO_ROOT}`,
  },
  {
    // templates/deployment.yaml of the chart istiod: it becomes PILOT_CERT_PROVIDER
    path: ['global', 'pilotCertProvider'],
    isHarmful: (value) => value === 'none',
    why: `must not be none: ${NO_ROOT}`,
  },
  {
    // pkg/kube/multicluster/secretcontroller.go, NewController
    path: ['env', 'PILOT_MULTICLUSTER_KUBECONFIG_PATH'],
    isHarmful: (value) => value !== '',
    why: 'must not be set: istiod then reads no remote secrets, and never syncs with a remote of the rollout',
  },
  {
    // pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go
    path: ['env', 'ISTIO_WATCH_NAMESPACE'],
    isHarmful: (value) => value !== '',
    why: `must not be set: every other namespace then gets no ConfigMap ${ROOT_CERTIFICATE}`,
  },
  {
    // pilot/pkg/serviceregistry/kube/controller/multicluster.go, initializeCluster
    path: ['env', 'INJECTION_WEBHOOK_CONFIG_NAME'],
    isHarmful: (value) => value === '',
    why: 'must not be empty: istiod then writes its CA into no webhook, and Pods cannot be injected',
  },
  {
    // pilot/pkg/bootstrap/sidecarinjector.go, initSidecarInjector
    path: ['env', 'INJECT_ENABLED'],
    isHarmful: isFalse,
    why: 'must not be false: istiod then injects no sidecars',
  },
];

/**
 * Returns a problem for each value with which no remote could be proven attached.
 *
 * @param values of the mesh or of the primary: in a remote they have no effect
 * @param path where the values stand in the document
 */
export function unprovableValueProblems(values: Values, path: readonly PropertyKey[]): Problem[] {
  // Istio reads what stands below `pilot` as if it stood at the top.
  return [[], ['pilot']].flatMap((below) =>
    UNPROVABLE.flatMap((unprovable) => {
      const place = [...below, ...unprovable.path];
      const value = valueAt(values, place);
      if (value === undefined || !unprovable.isHarmful(String(value))) return [];
      return [{ path: formatPath([...path, ...place]), message: unprovable.why }];
    }),
  );
}

/** A setting that can be written into an environment variable; nothing where there is a map, a list or null. */
function valueAt(values: Values, place: readonly string[]): string | number | boolean | undefined {
  const value = place.reduce<unknown>(
    (map, key) => (isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined),
    values,
  );
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

/** What Go's strconv.ParseBool takes for false; Istio takes anything else that is no boolean for the default. */
function isFalse(value: string): boolean {
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value);
}

/** What Go's strconv.ParseBool takes for true. */
function isTrue(value: string): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
}
