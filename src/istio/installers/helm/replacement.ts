import { isDeepStrictEqual } from 'node:util';
import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { ownersOfField } from '../../../kubernetes/client/managed-fields.js';
import { describeObject } from '../../../kubernetes/client/objects.js';
import type { Deployment } from '../../../kubernetes/facts/deployment-readiness.js';
import { MANAGED_BY } from '../../../rollout/names.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import {
  isReplacementUnderWay,
  type ReplacementPhase,
  readControlPlaneDeployment,
  STANDING_SECONDS,
  WHILE_REPLACED,
} from '../../control-plane/control-plane-deployment.js';
import { controlPlaneService } from '../../endpoints/endpoints.js';
import { HELM_MANAGER, tryObject } from './release/release-changes.js';
import type { StoredRelease } from './release/stored-releases.js';
import { parseHelmManifest, type WantedRelease } from './renderer.js';

/**
 * How long old Pods of istiod stay is no value of the chart. So it is the project's own field of the Deployment, beside
 * Helm's: Helm leaves fields alone that it has never set.
 */

/** Helm 3 creates objects with an update, which makes it an owner of every default that the API server fills in. */
const OWN_MANAGERS = [MANAGED_BY, HELM_MANAGER];

/**
 * Sets how the Pods of istiod are replaced: while a rollout replaces them, old ones stay until it says so. What somebody
 * else has set about it is left alone. Does nothing where there is no Deployment yet.
 *
 * @returns whether the Deployment was changed
 * @throws ClusterError
 */
export async function setReplacementPhase(
  primary: ClusterClient,
  input: PrimaryInput,
  phase: ReplacementPhase,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await readControlPlaneDeployment(primary, input, signal);
  if (live === undefined) return false;
  const timing = phase === 'replacing' ? WHILE_REPLACED : { minReadySeconds: STANDING_SECONDS };
  const own = Object.entries(timing).filter(([field]) => !isSetByOthers(live, field));
  const { name, namespace } = live.metadata;
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: Object.fromEntries(own),
  };
  const options = { fieldManager: MANAGED_BY, force: true, previous: live, signal };
  return (await primary.apply(object, options)).changed;
}

/**
 * Whether an upgrade of the release would give istiod other Pods, or such a replacement is under way.
 *
 * @param stored the release as Helm has it
 * @throws ClusterError
 */
export async function replacesControlPlane(
  primary: ClusterClient,
  input: PrimaryInput,
  wanted: WantedRelease,
  stored: StoredRelease | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await readControlPlaneDeployment(primary, input, signal);
  const next = deploymentIn(wanted, input);
  if (live === undefined || next === undefined) return false;
  if (isReplacementUnderWay(live)) return true;
  const isRendered = stored?.manifest.trim() === wanted.manifest.trim();
  const before =
    isRendered || stored === undefined ? next : deploymentIn(storedObjects(stored, wanted), input);
  // A dry run shows what would be set; that something is not set any more, only Helm's record shows.
  if (!isDeepStrictEqual(before?.spec.template, next.spec.template)) return true;
  const planned = await tryObject(primary, next, signal);
  return !isDeepStrictEqual(planned?.spec.template, live.spec.template);
}

function storedObjects(stored: StoredRelease, wanted: WantedRelease): Pick<WantedRelease, 'objects'> {
  return { objects: parseHelmManifest(stored.manifest, wanted) };
}

function deploymentIn(
  { objects }: Pick<WantedRelease, 'objects'>,
  { istioNamespace: namespace, revision }: PrimaryInput,
): Deployment | undefined {
  const name = describeObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace,
    name: controlPlaneService(revision),
  });
  const found = objects.find((object) => describeObject(object) === name);
  return found && (JSON.parse(found.json) as Deployment);
}

function isSetByOthers(live: Deployment, field: string): boolean {
  const owners = ownersOfField(live, ['spec', field]);
  return owners.some(({ manager = '' }) => !OWN_MANAGERS.includes(manager));
}
