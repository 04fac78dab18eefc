import { randomBytes } from 'node:crypto';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { fieldOf, textOf } from '../../kubernetes/client/untrusted.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';

/**
 * The live proof: a headless Service with a name that nobody has used before is created in a remote, and every pilot shows
 * it. What pilot shows of other Services proves nothing: it keeps clusters whose Secret was deleted, or whose token is no
 * longer accepted, until it restarts. Sidecars notice nothing: the Service has no endpoints.
 */

const PREFIX = 'mesh-rollout-live-';
const LABELS = { 'app.kubernetes.io/managed-by': MANAGED_BY, 'mesh-rollout.dev/proof': 'live-service' };
const SELECTOR = Object.entries(LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');
/** Pilot's HTTP port: debug pages and readiness. */
const DEBUG_PORT = 8080;
/** The Service is deleted also when its rollout was cancelled, which must not hang. */
const DELETE_TIMEOUT_MS = 5_000;

/** Which remote is proven to which pilots. */
export interface LiveProof {
  readonly istioNamespace: string;
  /** Names of the Ready pilot Pods in the primary. */
  readonly pilots: readonly string[];
}

/**
 * Creates the Service, calls `work` with its name, and deletes it afterwards, whatever happened. Services that killed
 * workers have left behind are deleted first.
 *
 * @param work waits until {@link checkLiveService} finds nothing missing
 * @throws ClusterError; what `work` throws
 */
export async function duringLiveProof<T>(
  remote: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
  work: (service: string) => Promise<T>,
): Promise<T> {
  await sweep(remote, istioNamespace, signal);
  const name = `${PREFIX}${randomBytes(6).toString('hex')}`;
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: istioNamespace, labels: LABELS },
    spec: { clusterIP: 'None', ports: [{ name: 'tcp-proof', port: 1 }] },
  };
  try {
    // Inside: an answer that is lost may be that of a Service that was created.
    await remote.create(service, { fieldManager: MANAGED_BY, signal });
    return await work(name);
  } finally {
    await remote.delete(service, { signal: AbortSignal.timeout(DELETE_TIMEOUT_MS) }).catch(() => {
      // The next proof sweeps it away.
    });
  }
}

/**
 * Looks whether every pilot shows the Service as one of the remote. Pilot notices within two seconds, unless it cannot
 * reach the remote or its token is not accepted.
 *
 * @throws RolloutError `not-synced` with the pilots that do not show it; ClusterError
 */
export async function checkLiveService(
  primary: ClusterClient,
  { istioNamespace, pilots }: LiveProof,
  cluster: string,
  service: string,
  signal: AbortSignal,
): Promise<void> {
  const shown = await Promise.all(
    pilots.map(async (pilot) => {
      const options = { signal };
      const answer = await primary.getThroughPortForward(
        istioNamespace,
        pilot,
        DEBUG_PORT,
        '/debug/registryz',
        options,
      );
      if (answer.status !== 200) return { pilot, problem: `answers HTTP ${answer.status}` };
      const isShown = shows(answer.body, `${service}.${istioNamespace}.svc.`, cluster);
      return { pilot, problem: isShown ? undefined : `does not show it` };
    }),
  );
  const behind = shown.filter(({ problem }) => problem !== undefined);
  if (behind.length === 0 && shown.length > 0) return;
  const words = behind.map(({ pilot, problem }) => `${pilot} ${problem}`).join(', ');
  throw new RolloutError(
    'not-synced',
    `a new Service of ${cluster} is not known to ${behind.length} of ${shown.length} pilots: ${words}`,
    {
      cluster,
      action: 'Nothing: it is waited for. Check that pilot reaches apiServer of the inventory if it lasts.',
    },
  );
}

/** Whether an answer of `/debug/registryz` has the Service of the cluster (istio 1.4.3, pilot/pkg/model/service.go). */
function shows(answer: string, hostPrefix: string, cluster: string): boolean {
  let services: unknown;
  try {
    services = JSON.parse(answer);
  } catch {
    return false;
  }
  if (!Array.isArray(services)) return false;
  return services.some((service: unknown) => {
    const isIt = textOf(fieldOf(service, 'hostname')).startsWith(hostPrefix);
    return isIt && fieldOf(service, 'cluster-vips', cluster) !== undefined;
  });
}

/** Another worker's proof of the same remote cannot run now: a cluster has one workflow. */
async function sweep(remote: ClusterClient, namespace: string, signal: AbortSignal): Promise<void> {
  const path = collectionPath('v1', 'Service', namespace);
  const left = await remote.list<KubernetesObject>(path, { query: { labelSelector: SELECTOR }, signal });
  for (const { metadata } of left) {
    await remote.delete({ apiVersion: 'v1', kind: 'Service', namespace, name: metadata.name }, { signal });
  }
}
