import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { KubernetesObject, ObjectReference } from '../../../kubernetes/client/objects.js';
import type { Manifest } from '../../apply/manifests.js';
import { REVISION_LABEL } from '../../apply/ownership.js';
import type { ControlPlane } from '../../control-plane/control-plane-pods.js';
import { liveDefaultTag } from '../../inject/live-default-tag.js';
import type { InjectorPhase } from './chart-values.js';
import type { WantedRelease } from './renderer.js';

/**
 * Returns the injector webhooks of a release that is rendered with them, as the functions take them that prove injection.
 * With Helm there is one: tags are not made.
 */
export function injectorsOf({ objects }: WantedRelease): Manifest[] {
  return objects
    .filter(({ kind }) => kind === 'MutatingWebhookConfiguration')
    .map((object) => ({ ...object, component: 'Pilot' }));
}

/**
 * Returns the phase in which a release is to be left by the steps before injection is switched on. An injector that is on
 * and has the CA of the mesh stays on, because whoever asks for sidecars would silently get none; any other one goes.
 *
 * @param root CA of the mesh, PEM
 */
export function phaseBeforeActivation(isInjectorLive: boolean, root: string): InjectorPhase {
  return isInjectorLive ? { injector: 'present', root } : { injector: 'absent' };
}

/**
 * Deletes injector webhooks at once: where injection is not proven, no Pod may be refused because of it, and there is no
 * time for an upgrade. The next upgrade that wants them makes them again, since Helm creates what is missing.
 *
 * @returns how many were there
 * @throws ClusterError
 */
export async function removeInjectors(
  client: ClusterClient,
  injectors: readonly Manifest[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const injector of injectors) {
    const live = await client.get<KubernetesObject>(await client.pathOf(injector, signal), { signal });
    if (live !== undefined && (await client.delete(injector, { signal }))) removed++;
  }
  return removed;
}

/**
 * Removes the tag `default` that istioctl has made for a revision, when Helm has taken an installation over: its webhook
 * would inject beside the injector, which Helm switches on (`istioctl analyze`: IST0139). Called when that one is on.
 *
 * @returns how many objects were there
 * @throws ClusterError
 */
export async function removeDefaultTag(
  client: ClusterClient,
  { revision, istioNamespace: namespace }: ControlPlane,
  signal: AbortSignal,
): Promise<number> {
  const tag = await liveDefaultTag(client, signal);
  if (tag === undefined || tag.metadata.labels?.[REVISION_LABEL] !== revision) return 0;
  const objects: ObjectReference[] = [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      name: tag.metadata.name,
    },
    { apiVersion: 'v1', kind: 'Service', namespace, name: 'istiod-revision-tag-default' },
  ];
  let removed = 0;
  for (const object of objects) removed += Number(await client.delete(object, { signal }));
  return removed;
}
