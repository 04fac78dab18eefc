import type { ClusterClient } from '../client/cluster-client.js';
import { collectionPath, objectPath } from '../client/kinds.js';
import type { KubernetesObject } from '../client/objects.js';
import type { ReadOptions } from '../client/request-options.js';
import { type Pod, podProblem } from './pod-problem.js';

export interface Deployment extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & { readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly strategy?:
      | {
          readonly type?: string;
          readonly rollingUpdate?: {
            readonly maxSurge?: number | string;
            readonly maxUnavailable?: number | string;
          };
        }
      | undefined;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: {
      readonly spec?: {
        readonly containers?: readonly {
          readonly image?: string;
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** Whether a Deployment is rolled out, and if not, why, in one line. */
export type DeploymentReadiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: string };

/**
 * Returns whether all replicas of a Deployment's newest version are Ready and the old ones are gone. If not, reads
 * the reason from its Pods. Works like `kubectl rollout status`, but does not wait for minReadySeconds, because Ready
 * Pods already serve.
 */
export async function readDeploymentReadiness(
  client: ClusterClient,
  namespace: string,
  name: string,
  options: ReadOptions = {},
): Promise<DeploymentReadiness> {
  const path = objectPath({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  const deployment = await client.get<Deployment>(path, options);
  if (deployment === undefined)
    return { ready: false, reason: `Deployment ${namespace}/${name} does not exist` };
  const progress = rolloutProgress(deployment);
  if (progress === undefined) return { ready: true };
  return { ready: false, reason: await explained(client, deployment, progress, options) };
}

async function explained(
  client: ClusterClient,
  deployment: Deployment,
  progress: string,
  options: ReadOptions,
): Promise<string> {
  const query = { labelSelector: selectorOf(deployment) };
  const path = collectionPath('v1', 'Pod', deployment.metadata.namespace);
  const pods = await client.list<Pod>(path, { ...options, query });
  const why = refusal(deployment) ?? podsProblem(pods);
  return why === undefined ? progress : `${progress}: ${why}`;
}

function selectorOf({ spec }: Deployment): string {
  const labels = Object.entries(spec.selector.matchLabels ?? {});
  return labels.map(([key, value]) => `${key}=${value}`).join(',');
}

/** The newest version of a Deployment's Pods. */
export interface NewestPods {
  /** The value of their label `pod-template-hash`; undefined until the controller has created their ReplicaSet. */
  readonly template: string | undefined;
  readonly ready: number;
  /** How many the Deployment wants. */
  readonly wanted: number;
}

/**
 * Reads how many Pods of a Deployment's newest version are Ready. The newest version is the ReplicaSet with the
 * Deployment's own revision (Kubernetes 1.34, pkg/controller/deployment/util/deployment_util.go).
 */
export async function readNewestPods(
  client: ClusterClient,
  deployment: Deployment,
  options: ReadOptions = {},
): Promise<NewestPods> {
  const { namespace = '', generation = 0, annotations } = deployment.metadata;
  const query = { labelSelector: selectorOf(deployment) };
  const path = collectionPath('apps/v1', 'ReplicaSet', namespace);
  const sets = await client.list<ReplicaSet>(path, { ...options, query });
  const isSeen = (deployment.status?.observedGeneration ?? 0) >= generation;
  const newest = sets.find(
    ({ metadata }) => isSeen && metadata.annotations?.[REVISION] === annotations?.[REVISION],
  );
  return {
    template: newest?.metadata.labels?.[TEMPLATE_LABEL],
    ready: newest?.status?.readyReplicas ?? 0,
    wanted: deployment.spec.replicas ?? 1,
  };
}

/**
 * Returns whether enough Pods of a Deployment's newest version are Ready, regardless of the old ones. If not, reads
 * the reason from the Pods.
 */
export async function readNewestReadiness(
  client: ClusterClient,
  deployment: Deployment,
  enough: number,
  options: ReadOptions = {},
): Promise<DeploymentReadiness> {
  const { template, ready } = await readNewestPods(client, deployment, options);
  if (template !== undefined && ready >= enough) return { ready: true };
  const { namespace, name } = deployment.metadata;
  const progress = `${ready} of ${enough} new replicas of ${namespace}/${name} are ready`;
  return { ready: false, reason: await explained(client, deployment, progress, options) };
}

/** The label that distinguishes the Pods of a Deployment's versions. */
export const TEMPLATE_LABEL = 'pod-template-hash';

const REVISION = 'deployment.kubernetes.io/revision';

interface ReplicaSet {
  readonly metadata: KubernetesObject['metadata'];
  readonly status?: { readonly readyReplicas?: number };
}

/**
 * Returns the progress of a Deployment, or undefined when it is rolled out (kubectl 1.34,
 * polymorphichelpers/rollout_status.go).
 */
export function rolloutProgress({ metadata, spec, status }: Deployment): string | undefined {
  const wanted = spec.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return `Deployment ${metadata.namespace}/${metadata.name} has not been processed by the deployment controller yet`;
  }
  const updated = status?.updatedReplicas ?? 0;
  const object = `${metadata.namespace}/${metadata.name}`;
  if (updated < wanted) return `${updated} of ${wanted} replicas of ${object} are of the newest version`;
  const old = (status?.replicas ?? 0) - updated;
  if (old > 0) return `${old} replicas of an older version of ${object} are still terminating`;
  return ready < updated ? `${ready} of ${updated} replicas of ${object} are ready` : undefined;
}

/** Returns why no Pods could be created at all, e.g. because of a quota. */
function refusal({ status }: Deployment): string | undefined {
  const failure = status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  return failure?.message;
}

/** Returns the problem of the first Pod that has one; usually all share it. */
function podsProblem(pods: readonly Pod[]): string | undefined {
  if (pods.length === 0) return 'it has no Pod yet';
  return pods.map(podProblem).find((problem) => problem !== undefined);
}
