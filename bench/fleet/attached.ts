import type { Lab, LabCluster } from '../../lab/lab.js';
import { isAnswer } from '../../lab/tolerate.js';
import { waitFor } from '../../lab/wait.js';

interface Pod {
  readonly spec: {
    readonly containers: readonly Container[];
    /** Native sidecars are init containers. */
    readonly initContainers?: readonly Container[];
  };
}
interface Container {
  readonly name: string;
  readonly env?: readonly EnvVar[];
}
interface EnvVar {
  readonly name: string;
  readonly value?: string;
}

const PATIENCE_MS = 60_000;

/**
 * Verifies, outside the measurement, that both sides of a comparison have the same result: in every remote, a dry-run
 * Pod in the namespace default gets the sidecar of that remote.
 *
 * @throws Error that names the remote that fails
 */
export async function expectAttached(lab: Lab): Promise<void> {
  await Promise.all(
    lab.remotes.map((remote) =>
      waitFor({
        what: `a Pod of ${remote.name} to be injected`,
        check: () => sidecarOf(remote),
        // The webhook cannot be called yet.
        tolerate: isAnswer(500),
        timeoutMilliseconds: PATIENCE_MS,
        intervalMilliseconds: 500,
      }),
    ),
  );
}

async function sidecarOf(remote: LabCluster): Promise<true | undefined> {
  const pod = await remote.api.post<Pod>('/api/v1/namespaces/default/pods?dryRun=All', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'by-the-benchmark' },
    spec: { containers: [{ name: 'app', image: 'app' }] },
  });
  const proxy = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
    ({ name }) => name === 'istio-proxy',
  );
  return proxy?.env?.some(({ name, value }) => name === 'ISTIO_META_CLUSTER_ID' && value === remote.name)
    ? true
    : undefined;
}
