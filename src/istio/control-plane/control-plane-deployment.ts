import { isDeepStrictEqual } from 'node:util';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { DryRunClient } from '../../kubernetes/client/dry-run-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import { ownersOfField } from '../../kubernetes/client/managed-fields.js';
import type { Deployment } from '../../kubernetes/facts/deployment-readiness.js';
import { applyManifest } from '../apply/apply-manifests.js';
import { ISTIOCTL_MANAGERS } from '../apply/field-conflicts.js';
import { type Manifest, objectOf } from '../apply/manifests.js';
import { controlPlaneService } from '../endpoints/endpoints.js';
import type { ControlPlane } from './control-plane-pods.js';

/**
 * The Deployment of istiod, and how Kubernetes replaces its Pods. Remotes hold addresses of Pods: an old Pod may only go
 * when they hold those of new ones. So new Pods come before old ones go (`maxUnavailable: 0`, as a value of the chart), and
 * old ones go only some time after new ones are Ready (`minReadySeconds`).
 */

/** Time enough for whoever follows the Pods to point hundreds of remotes at the new ones. */
export const STANDING_SECONDS = 20;
/**
 * While a rollout replaces istiod, old Pods stay until it says so. Should it die, they go after a day by themselves.
 * progressDeadlineSeconds must be longer (Kubernetes 1.34, pkg/apis/apps/validation).
 */
export const WHILE_REPLACED = { minReadySeconds: 86_400, progressDeadlineSeconds: 90_000 };

/** Which part of the replacement a Deployment is in. */
export type ReplacementPhase = 'standing' | 'replacing';

/** The live Deployment of istiod, or undefined. */
export function readControlPlaneDeployment(
  client: ClusterClient,
  { istioNamespace: namespace, revision }: ControlPlane,
  signal?: AbortSignal,
): Promise<Deployment | undefined> {
  const name = controlPlaneService(revision);
  const path = objectPath({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  return client.get<Deployment>(path, { signal });
}

/** Whether a manifest is the Deployment of istiod. */
export function isControlPlaneDeployment({ kind, name }: Manifest, { revision }: ControlPlane): boolean {
  return kind === 'Deployment' && name === controlPlaneService(revision);
}

/** Returns the manifest of istiod's Deployment for a phase. What somebody else has set about replacing Pods is left out. */
export function withReplacement(
  manifest: Manifest,
  live: Deployment | undefined,
  phase: ReplacementPhase,
): Manifest {
  const { spec, ...object } = objectOf<Deployment>(manifest);
  const timing = phase === 'replacing' ? WHILE_REPLACED : { minReadySeconds: STANDING_SECONDS };
  const own = Object.entries(timing).filter(([field]) => !isSetByOthers(live, [field]));
  const { strategy: rendered, ...rest } = spec;
  const strategy = ownStrategy(rendered, live);
  const complete = {
    ...object,
    spec: { ...rest, ...Object.fromEntries(own), ...(strategy && { strategy }) },
  };
  return { ...manifest, json: JSON.stringify(complete) };
}

/**
 * Whether applying the manifest would give istiod other Pods, or such a replacement is under way.
 *
 * @param manifest of the phase `standing`
 * @throws ClusterError
 */
export async function isReplaced(
  client: ClusterClient,
  manifest: Manifest,
  live: Deployment,
  signal: AbortSignal,
): Promise<boolean> {
  return (
    isReplacementUnderWay(live) ||
    !isDeepStrictEqual((await planned(client, manifest, signal))?.spec.template, live.spec.template)
  );
}

/** Whether a Deployment is getting other Pods already. */
export function isReplacementUnderWay({ metadata, spec, status = {} }: Deployment): boolean {
  return (
    spec.minReadySeconds === WHILE_REPLACED.minReadySeconds ||
    (status.observedGeneration ?? 0) < (metadata.generation ?? 0) ||
    (status.replicas ?? 0) > (status.updatedReplicas ?? 0)
  );
}

/** What would become of the Deployment. */
async function planned(
  client: ClusterClient,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Deployment | undefined> {
  const dryRun = new DryRunClient(client);
  await applyManifest(dryRun, manifest, signal);
  return dryRun.get<Deployment>(objectPath(manifest), { signal });
}

/** The version of Istio that a Deployment of istiod runs, e.g. `1.31.0`: `unknown` where its labels do not say it. */
export function controlPlaneVersion({ metadata }: Deployment): string {
  const { labels = {} } = metadata;
  return labels['operator.istio.io/version'] ?? labels['app.kubernetes.io/version'] ?? 'unknown';
}

/** Says in one line how istiod's Pods are replaced, and whether somebody else has decided it. */
export function describeReplacement(deployment: Deployment): string {
  const { strategy, minReadySeconds = 0 } = deployment.spec;
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {};
  const type = strategy?.type ?? 'RollingUpdate';
  const how =
    type === 'RollingUpdate'
      ? `maxSurge ${maxSurge}, maxUnavailable ${maxUnavailable}, minReadySeconds ${minReadySeconds}`
      : `strategy ${type}`;
  const others = ['strategy', 'minReadySeconds'].filter((field) => isSetByOthers(deployment, [field]));
  return others.length === 0 ? how : `${how}; ${others.join(' and ')} as somebody else has set it`;
}

/** Whether old Pods stay until new ones are Ready and remotes can be pointed at them. */
export function makesBeforeBreaking({ spec }: Deployment): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = spec.strategy ?? {};
  const maxUnavailable = String(rollingUpdate?.maxUnavailable ?? '25%');
  const isNone = maxUnavailable === '0' || maxUnavailable === '0%';
  return type === 'RollingUpdate' && isNone && (spec.minReadySeconds ?? 0) >= STANDING_SECONDS;
}

/**
 * How many new Pods a Deployment makes while all old ones stay, at most as many as it wants: its `maxSurge`, of which a
 * percentage is rounded up (Kubernetes 1.34, pkg/controller/deployment/util/deployment_util.go).
 */
export function newPodsAtOnce({ spec }: Deployment): number {
  const wanted = spec.replicas ?? 1;
  const maxSurge = String(spec.strategy?.rollingUpdate?.maxSurge ?? '25%');
  const count = Number.parseFloat(maxSurge);
  return Math.min(wanted, maxSurge.endsWith('%') ? Math.ceil((wanted * count) / 100) : count);
}

/** The chart's strategy without the fields that somebody else has set; undefined where nothing is left. */
function ownStrategy(
  rendered: Deployment['spec']['strategy'],
  live: Deployment | undefined,
): Deployment['spec']['strategy'] {
  // Other types know no rollingUpdate, so that the API server would refuse the chart's.
  if (live?.spec.strategy?.type !== undefined && live.spec.strategy.type !== 'RollingUpdate')
    return undefined;
  if (!rendered) return undefined;
  const rollingUpdate = Object.entries(rendered.rollingUpdate ?? {}).filter(
    ([field]) => !isSetByOthers(live, ['strategy', 'rollingUpdate', field]),
  );
  return { ...rendered, rollingUpdate: Object.fromEntries(rollingUpdate) };
}

function isSetByOthers(live: Deployment | undefined, field: readonly string[]): boolean {
  if (live === undefined) return false;
  return ownersOfField(live, ['spec', ...field]).some(({ manager = '' }) => !ISTIOCTL_MANAGERS.has(manager));
}
