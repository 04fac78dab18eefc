import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';

/**
 * Whether the annotation on a remote's namespace may have come after istiod had read the remote secret: then istiod
 * does not lead there, and says `synced` all the same. Both times are of API servers, to the second, so that this is a
 * suspicion; the proof is a root certificate that does not come.
 *
 * @param namespace the istio namespace of the remote
 * @param secret the remote secret in the primary
 */
export function isAnnotatedLate(namespace: KubernetesObject, secret: KubernetesObject): boolean {
  const own = namespace.metadata.managedFields?.find(
    ({ manager, operation }) => manager === MANAGED_BY && operation === 'Apply',
  );
  if (own?.time === undefined) return true;
  const written = [
    secret.metadata.creationTimestamp,
    ...(secret.metadata.managedFields ?? []).map(({ time }) => time),
  ];
  const lastWritten = Math.max(...written.map((time) => (time === undefined ? 0 : Date.parse(time))));
  return Date.parse(own.time) >= lastWritten;
}
