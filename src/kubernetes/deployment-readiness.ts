import type { ClusterClient } from './cluster-client.js';
import { objectPath } from './kinds.js';
import type { KubernetesObject } from './objects.js';
import { type Pod, podProblem } from './pod-problem.js';
import type { ReadOptions } from './request-options.js';

export interface Deployment extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & { readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** Whether a Deployment is rolled out, or why not, in one line for people. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/**
 * Looks whether all replicas of a Deployment's newest version are available, as `kubectl rollout status` does, and if
 * not, asks its Pods for the reason.
 */
export async function readDeploymentReadiness(
  client: ClusterClient,
  namespace: string,
  name: string,
  options: ReadOptions = {},
): Promise<Readiness> {
  const path = objectPath({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  const deployment = await client.get<Deployment>(path, options);
  if (deployment === undefined)
    return { ready: false, reason: `Deployment ${namespace}/${name} does not exist` };
  const progress = rolloutProgress(deployment);
  if (progress === undefined) return { ready: true };
  const labels = Object.entries(deployment.spec.selector.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const pods = await client.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, {
    ...options,
    query: { labelSelector },
  });
  const why = refusal(deployment) ?? podsProblem(pods);
  return { ready: false, reason: why === undefined ? progress : `${progress}: ${why}` };
}

/** How far a Deployment is, or undefined when it is rolled out (kubectl 1.34, polymorphichelpers/rollout_status.go). */
export function rolloutProgress({ metadata, spec, status }: Deployment): string | undefined {
  const wanted = spec.replicas ?? 1;
  const available = status?.availableReplicas ?? 0;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return `Deployment ${metadata.namespace}/${metadata.name} is not looked at yet by the deployment controller`;
  }
  const updated = status?.updatedReplicas ?? 0;
  const object = `${metadata.namespace}/${metadata.name}`;
  if (updated < wanted) return `${updated} of ${wanted} replicas of ${object} are of the newest version`;
  const old = (status?.replicas ?? 0) - updated;
  if (old > 0) return `${old} replicas of an older version of ${object} are still going away`;
  return available < updated ? `${available} of ${updated} replicas of ${object} are available` : undefined;
}

/** Why no Pods could be made at all, e.g. a quota. */
function refusal({ status }: Deployment): string | undefined {
  const failure = status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  return failure?.message;
}

/** The problem of the Pod that has one; they mostly share it. */
function podsProblem(pods: readonly Pod[]): string | undefined {
  if (pods.length === 0) return 'it has no Pod yet';
  return pods.map(podProblem).find((problem) => problem !== undefined);
}
