import type { Lab, LabCluster } from '../../lab/lab.js';
import { isAnswer } from '../../lab/tolerate.js';
import { waitFor } from '../../lab/wait.js';

interface Pod {
  readonly spec: {
    readonly containers: readonly Container[];
    /** Where sidecars are native, they are init containers. */
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
 * Makes sure, outside of what is measured, that both sides of a comparison end in the same: in every remote a Pod of the
 * namespace default comes back from a dry run with the sidecar of that remote.
 *
 * @throws Error that names the remote where it does not
 */
export async function expectAttached(lab: Lab): Promise<void> {
  await Promise.all(
    lab.remotes.map((remote) =>
      waitFor({
        what: `a Pod of ${remote.name} to be injected`,
        check: () => sidecarOf(remote),
        // A webhook that cannot be called yet.
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
