import type { ClusterClient } from '../../../../kubernetes/client/cluster-client.js';
import type { DryRunClient } from '../../../../kubernetes/client/dry-run-client.js';
import { describeObject } from '../../../../kubernetes/client/objects.js';
import { RolloutError } from '../../../../rollout/rollout-error.js';
import { describeInstaller } from '../../../checks/found-installers.js';
import type { WantedRelease } from '../renderer.js';
import type { Helm } from '../tool/helm.js';
import { recoverPending, rolloutLabels } from './pending-release.js';
import { findReleaseChanges, HELM_MANAGER, type ReleaseChanges } from './release-changes.js';
import { listRevisions, readStoredRelease, type StoredRelease } from './stored-releases.js';

/** Objects of others that a message names. */
const MAX_NAMED = 3;

export interface EnsureOptions {
  /** Of the rollout that is at work on the cluster. */
  readonly rolloutId: string;
  /** The user lets the rollout take over what another installer has made. */
  readonly takeOwnership: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

/** What was done to a release. */
export interface EnsuredRelease {
  readonly objects: number;
  /** How many of them were created, changed or deleted. */
  readonly changed: number;
}

/**
 * Makes a release what it is to be. Helm runs only where something differs, in its record or in the cluster: every upgrade
 * makes a new revision, and an unchanged fleet is to stay as it is. A pending revision that a killed Helm has left is taken
 * out first.
 *
 * @throws RolloutError `installer-conflict` when another installer has made objects of the release; `release-pending`,
 * `field-conflict`, `install-failed` and others as Helm fails; ClusterError; the signal's reason when it aborts, after Helm
 * has ended
 */
export async function ensureRelease(
  client: ClusterClient,
  helm: Helm,
  wanted: WantedRelease,
  options: EnsureOptions,
): Promise<EnsuredRelease> {
  const { rolloutId, takeOwnership, signal, onProgress } = options;
  await recoverPending(client, helm, wanted, rolloutId, signal);
  const live = await readRelease(client, wanted, signal);
  const changes = await findReleaseChanges(client, wanted, live, signal);
  requireOwnership(client, changes, takeOwnership);
  const objects = wanted.objects.length;
  if (!changes.isNeeded) return { objects, changed: 0 };
  const request = { ...wanted, chart: wanted.chart.path };
  await helm.upgrade(client, request, {
    labels: rolloutLabels(rolloutId),
    takeOwnership,
    signal,
    onProgress,
  });
  await requireDeployed(client, wanted, signal);
  const { create, change } = changes;
  // A change of values alone is a change of the release.
  return { objects, changed: Math.max(1, create.length + change.length + changes.delete.length) };
}

/**
 * Tries on a plan what {@link ensureRelease} would do: each object is created, changed, kept or deleted there as Helm would
 * do it. Helm's own record is not part of a plan.
 *
 * @throws RolloutError `installer-conflict`; ClusterError
 */
export async function planRelease(
  client: DryRunClient,
  wanted: WantedRelease,
  takeOwnership: boolean,
  signal: AbortSignal,
): Promise<void> {
  const live = await readRelease(client, wanted, signal);
  const changes = await findReleaseChanges(client, wanted, live, signal);
  requireOwnership(client, changes, takeOwnership);
  for (const object of changes.keep) await client.keep(object, signal);
  for (const object of [...changes.create, ...changes.change]) {
    await client.apply(object, { fieldManager: HELM_MANAGER, force: true, signal });
  }
  for (const object of changes.delete) await client.delete(object, { signal });
}

/**
 * Returns a release as Helm has it: the newest revision, whatever has become of it; undefined when there is none.
 *
 * @throws ClusterError
 */
export async function readRelease(
  client: ClusterClient,
  name: Parameters<typeof listRevisions>[1],
  signal: AbortSignal,
): Promise<StoredRelease | undefined> {
  const [newest] = await listRevisions(client, name, signal);
  return newest && (await readStoredRelease(client, newest, signal));
}

function requireOwnership(client: ClusterClient, { foreign }: ReleaseChanges, takeOwnership: boolean): void {
  if (takeOwnership || foreign.length === 0) return;
  const named = foreign
    .slice(0, MAX_NAMED)
    .map((object) => `${describeObject(object)} (${describeInstaller(object.metadata)})`);
  const others = foreign.length - named.length;
  const more = others > 0 ? ` and ${others} more` : '';
  const message = `another installer has made ${named.join(', ')}${more}`;
  throw new RolloutError('installer-conflict', message, { cluster: client.name });
}

/** Reads back what Helm has done: its exit status alone would be its word only. */
async function requireDeployed(
  client: ClusterClient,
  wanted: WantedRelease,
  signal: AbortSignal,
): Promise<void> {
  const [newest] = await listRevisions(client, wanted, signal);
  if (newest?.status === 'deployed') return;
  const { release, namespace } = wanted;
  const message = `helm upgrade has succeeded, and release ${namespace}/${release} is ${newest?.status ?? 'not there'}`;
  throw new RolloutError('install-failed', message, { cluster: client.name });
}
