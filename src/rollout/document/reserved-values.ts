import { isMap } from '../../base/is-map.js';
import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';
import type { Values } from '../resolve/resolved.js';

/** Values that the rollout sets itself, by their path. Saying them twice could only contradict it. */
const RESERVED: Readonly<Record<string, string>> = {
  revision: 'use the field revision of the document',
  revisionTags: 'a rollout has one revision; make tags with istioctl tag',
  defaultRevision: 'the rollout decides which cluster gets the default tag',
  profile: 'use primary.profile for the primary; remotes always get the profile remote',
  istiodRemote: 'the rollout connects remotes to the primary itself',
  _internal_defaults_do_not_set: 'write the values below it without it',
  'env.EXTERNAL_ISTIOD': 'the rollout makes the primary serve remotes itself',
  'env.CLUSTER_ID': "use the cluster's name in the inventory",
  'global.istioNamespace': 'use the field istioNamespace of the document',
  'global.meshID': 'use the field meshID of the document',
  'global.network': 'use the field network of the document',
  'global.multiCluster.clusterName': "use the cluster's name in the inventory",
  'global.remotePilotAddress': 'the rollout finds the Pods of istiod itself',
  'global.externalIstiod': 'the rollout makes the primary serve remotes itself',
  'global.configCluster': 'the primary is where the configuration of the mesh lives',
  'global.omitSidecarInjectorConfigMap': 'the profile of the cluster decides it',
  'global.operatorManageWebhooks':
    'the rollout applies the injector webhook itself, when istiod is ready for it',
  'global.resourceScope': 'a rollout applies the objects of all scopes',
  'global.enableReaderRBAC': 'istiod reads remotes with istio-reader-service-account',
  'global.readerServiceAccount': 'istiod reads remotes with istio-reader-service-account',
};

/**
 * A problem for each value that the rollout sets itself.
 *
 * @param path where the values stand in the document
 */
export function reservedValueProblems(values: Values, path: readonly PropertyKey[]): Problem[] {
  // Istio reads what stands below `pilot` as if it stood at the top.
  const pilot = values.pilot;
  return [
    ...problemsIn(values, path, []),
    ...(isMap(pilot) ? problemsIn(pilot, [...path, 'pilot'], []) : []),
    ...dottedProblems(values, path),
  ];
}

function problemsIn(values: Values, path: readonly PropertyKey[], below: readonly string[]): Problem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const reserved = [...below, key].join('.');
    const isReserved = !key.includes('.') && Object.hasOwn(RESERVED, reserved);
    const instead = isReserved ? RESERVED[reserved] : undefined;
    if (instead !== undefined)
      return [{ path: formatPath([...path, key]), message: `is set by the rollout: ${instead}` }];
    return isMap(value) && below.length < 2 ? problemsIn(value, [...path, key], [...below, key]) : [];
  });
}

/** Keys as `--set` takes them: Istio would silently ignore them here. */
function dottedProblems(values: Values, path: readonly PropertyKey[]): Problem[] {
  return Object.keys(values)
    .filter((key) => key.includes('.'))
    .map((key) => ({
      path: formatPath([...path, key]),
      message: 'is one key with dots, which Istio ignores: write it as nested maps',
    }));
}
