import { concurrently } from '../../../base/concurrency/concurrently.js';
import { describeObject, type KubernetesObject, referenceOf } from '../../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../../rollout/names.js';
import type { Site } from '../../steps/site.js';
import { type Difference, findDifferences } from './differences.js';
import type { Addition } from './settings.js';

/** Requests under way at once. */
const CONCURRENCY = 4;
/** What must be there before other objects can be. */
const FIRST = ['Namespace', 'CustomResourceDefinition'];

/**
 * Does on a plan what `manifest apply` would do to a cluster: objects that are missing are created, those that differ are
 * merged with their manifests, as dry runs.
 *
 * @returns what differs
 */
export async function planDifferences(
  { cluster, step: { signal }, attempt }: Site,
  manifests: readonly KubernetesObject[],
): Promise<Difference[]> {
  const differences = await findDifferences(cluster, manifests, signal);
  const actions = new Map(differences.map(({ object, action }) => [describeObject(object), action]));
  const options = { fieldManager: MANAGED_BY, signal };
  const plan = async (manifest: KubernetesObject) => {
    const action = actions.get(describeObject(referenceOf(manifest)));
    if (action === 'create') return await cluster.create(manifest, options);
    // An empty patch shows that the object stays as it is.
    const patch = action === 'change' ? manifest : {};
    return await cluster.patch(await cluster.pathOf(manifest, signal), patch, options);
  };
  const isFirst = ({ kind }: KubernetesObject) => FIRST.includes(kind);
  for (const group of [manifests.filter(isFirst), manifests.filter((each) => !isFirst(each))]) {
    await concurrently(group, CONCURRENCY, (manifest) => attempt(() => plan(manifest)));
  }
  return differences;
}

/** Says in a plan what is added to the guide's command, and why. */
export function noteAdditions({ note }: Site, additions: readonly Addition[]): void {
  for (const { path, value, reason } of additions)
    note(`added to the command: --set ${path}=${value}. ${reason}`);
}
