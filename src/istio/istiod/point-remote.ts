import { objectPath } from '../../kubernetes/client/kinds.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import type { Manifest } from '../apply/manifests.js';
import { controlPlaneService, writeEndpoints } from '../endpoints/endpoints.js';
import type { Site } from '../steps/site.js';

/**
 * Writes the addresses of istiod into a remote. A plan leaves them out where the Service was refused: that is a problem
 * already.
 *
 * @param chart the chart's slice, where the way renders one
 * @returns how many objects were created, changed or removed
 */
export async function pointRemote(
  site: Site,
  input: RemoteInput,
  addresses: readonly string[],
  chart?: Manifest,
): Promise<number> {
  const { cluster: remote, step } = site;
  const { signal } = step;
  const write = () => writeEndpoints(remote, input, addresses, signal, chart);
  return await site.settle(write, async (dryRun) => {
    const { istioNamespace: namespace, revision } = input;
    const name = controlPlaneService(revision);
    const path = objectPath({ apiVersion: 'v1', kind: 'Service', namespace, name });
    const service = await dryRun.get(path, { signal });
    return service === undefined ? 0 : ((await site.attempt(write)) ?? 0);
  });
}
