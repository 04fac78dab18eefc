import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';

interface CustomResourceDefinition extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const CONCURRENCY = 4;
/** Is on a CRD for as long as it takes to remove it again. */
const ANNOTATION = `${MANAGED_BY}/established-again`;

/**
 * Reminds an API server of CRDs whose names it has accepted and which it has not established. One that ends between the two
 * does not establish them when it starts again: it does so when the CRD changes, or at its next resync, up to five minutes
 * later (Kubernetes 1.33 to 1.36, apiextensions-apiserver, pkg/apiserver/customresource_handler.go: only the handler of
 * updates queues them). So an annotation is set, and removed again: nothing of it stays.
 *
 * @param names of CRDs
 */
export async function remindOfCRDs(
  client: ClusterClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await concurrently(names, CONCURRENCY, async (name) => {
    const path = objectPath({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name,
    });
    const crd = await client.get<CustomResourceDefinition>(path, { signal });
    if (!holds(crd, 'NamesAccepted') || holds(crd, 'Established')) return;
    for (const value of ['true', null]) {
      const patch = { metadata: { annotations: { [ANNOTATION]: value } } };
      await client.patch(path, patch, { fieldManager: MANAGED_BY, signal });
    }
  });
}

function holds(crd: CustomResourceDefinition | undefined, condition: string): boolean {
  return (
    crd?.status?.conditions?.some(({ type, status }) => type === condition && status === 'True') ?? false
  );
}
