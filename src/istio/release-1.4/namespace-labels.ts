import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { type Namespace, readNamespace } from '../../kubernetes/facts/namespaces.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { selects, type WebhookConfiguration } from '../inject/webhook-configuration.js';

const LABEL = 'istio-injection';
const WANTED = { [LABEL]: 'enabled' };

/**
 * Returns the namespaces that do not carry the label `istio-injection=enabled` yet. Every one is looked at first.
 *
 * @param webhook the injector; it has its CA, or creating Pods would fail
 * @throws RolloutError `namespace-not-ready` with every problem: a namespace is missing or being deleted, carries another
 * value, which is never overwritten, or the injector does not look at the label
 */
export async function unlabelledNamespaces(
  remote: ClusterClient,
  names: readonly string[],
  webhook: WebhookConfiguration,
  signal: AbortSignal,
): Promise<string[]> {
  const looked = await Promise.all(
    names.map(async (name) => {
      const live = await readNamespace(remote, name, { signal });
      return { name, live, problem: problemOf(name, live, webhook) };
    }),
  );
  const problems = looked.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) {
    throw new RolloutError('namespace-not-ready', problems.join('; '), { cluster: remote.name });
  }
  return looked.filter(({ live }) => live?.metadata.labels?.[LABEL] === undefined).map(({ name }) => name);
}

/**
 * Labels namespaces for injection by a merge patch, which is refused where somebody has written to the namespace since it
 * was looked at.
 *
 * @param names as {@link unlabelledNamespaces} returns them
 * @throws RolloutError as {@link unlabelledNamespaces}; ClusterError `api-unavailable` when another writer was quicker
 */
export async function labelNamespace(
  remote: ClusterClient,
  name: string,
  webhook: WebhookConfiguration,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await readNamespace(remote, name, { signal });
  const problem = problemOf(name, live, webhook);
  if (live === undefined || problem !== undefined) {
    throw new RolloutError('namespace-not-ready', problem ?? '', { cluster: remote.name });
  }
  if (live.metadata.labels?.[LABEL] !== undefined) return false;
  await patchLabel(remote, live, 'enabled', signal);
  return true;
}

/** Takes the label off again, where nobody has changed it meanwhile. */
export async function takeLabelOff(remote: ClusterClient, name: string, signal: AbortSignal): Promise<void> {
  const live = await readNamespace(remote, name, { signal });
  if (live?.metadata.labels?.[LABEL] !== 'enabled') return;
  await patchLabel(remote, live, null, signal);
}

async function patchLabel(
  remote: ClusterClient,
  { metadata: { name, resourceVersion } }: Namespace,
  value: string | null,
  signal: AbortSignal,
): Promise<void> {
  const metadata = {
    labels: { [LABEL]: value },
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const options = { fieldManager: MANAGED_BY, signal };
  await remote.patch(`/api/v1/namespaces/${encodeURIComponent(name)}`, { metadata }, options);
}

function problemOf(
  name: string,
  live: Namespace | undefined,
  { webhooks = [] }: WebhookConfiguration,
): string | undefined {
  if (live === undefined) return `namespace ${name} does not exist`;
  if (live.status?.phase === 'Terminating') return `namespace ${name} is being deleted`;
  const labels = live.metadata.labels ?? {};
  const value = labels[LABEL];
  if (value !== undefined && value !== 'enabled') {
    return `namespace ${name} is labelled ${LABEL}=${value}, not ${LABEL}=enabled`;
  }
  const isSelected = webhooks.some(({ namespaceSelector }) =>
    selects(namespaceSelector, { ...labels, ...WANTED }),
  );
  return isSelected ? undefined : `the injector does not look at namespace ${name} with ${LABEL}=enabled`;
}
