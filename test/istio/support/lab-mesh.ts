import { vi } from 'vitest';
import type { ActivityDependencies } from '../../../activities/dependencies.js';
import { createActivities } from '../../../activities/index.js';
import type { LabCluster } from '../../../lab/lab.js';
import type { AddClusterOptions } from '../../../lab/lab-options.js';
import { ensureTools } from '../../../lab/tools/tools.js';
import { Installers } from '../../../src/istio/installers/installers.js';
import { Clusters } from '../../../src/kubernetes/connection/clusters.js';
import type { StepResult } from '../../../src/rollout/progress/step-results.js';
import type { PrimaryInput, RemoteInput } from '../../../src/rollout/resolve/resolved.js';
import { retried, run } from '../../activities/support.js';
import { freshName, useLab } from '../../support/lab.js';
import { primaryInput, remoteInput } from './inputs.js';

/** What a worker that has just started works with: it remembers nothing of what others have applied. */
export async function newWorker(): Promise<ActivityDependencies> {
  const [lab, { istioctl }] = await Promise.all([useLab(), ensureTools({ names: ['istioctl'] })]);
  // Only by its proxy does the lab have a way to the addresses under which istiod reaches the API servers.
  // Small letters go before capitals.
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, lab.proxyUrl);
  return {
    clusters: new Clusters(lab.inventoryPath),
    installers: new Installers({ istioctl: [istioctl], kubectl: 'kubectl' }),
    temporalClient: () => Promise.reject(new Error('no Temporal in this test')),
    maxActivities: 10,
    isStopping: () => false,
  };
}

let hub: Promise<LabCluster> | undefined;

/** A primary with a control plane, deployed by the activities; one for all tests of a run. */
export function useHub(): Promise<LabCluster> {
  hub ??= newHub();
  return hub;
}

async function newHub(): Promise<LabCluster> {
  const { primary } = await useLab();
  await deploy(await newWorker(), primary);
  return primary;
}

/** A cluster of its own for one test. */
export async function newCluster(prefix: string, options: AddClusterOptions = {}): Promise<LabCluster> {
  return (await useLab()).addCluster(freshName(prefix), options);
}

/** Results of steps by the names of their activities. */
export type Results = Record<string, StepResult>;

/** Runs the steps of a primary, as its workflow does. */
export async function deploy(
  worker: ActivityDependencies,
  cluster: LabCluster,
  changes: Partial<PrimaryInput> = {},
): Promise<Results> {
  const { deployPrimary, collectEndpoints } = createActivities(worker);
  const input = primaryInput({ primary: cluster.name, mesh: `of-${cluster.name}`, ...changes });
  return {
    deployPrimary: await retried(() => run(deployPrimary, input)),
    collectEndpoints: await retried(() => run(collectEndpoints, input)),
  };
}

const STEPS = [
  'prepareNamespace',
  'installRemote',
  'registerRemote',
  'activateInjection',
  'verifyRemote',
  'labelNamespaces',
  'verifyInjection',
] as const;
export type RemoteStepName = (typeof STEPS)[number];

/** The input of the steps of a remote of the hub. */
export async function inputFor(remote: LabCluster, changes: Partial<RemoteInput> = {}): Promise<RemoteInput> {
  const primary = (await useHub()).name;
  const namespaces = [{ name: 'default', injection: 'enabled' }];
  return remoteInput({ cluster: remote.name, primary, mesh: `of-${primary}`, namespaces, ...changes });
}

/** Runs one step of a remote. */
export function step(
  worker: ActivityDependencies,
  name: RemoteStepName,
  input: RemoteInput,
): Promise<StepResult> {
  const activities = createActivities(worker);
  const call = { ...input, wasLive: false };
  return retried(() => run<typeof call, StepResult>(activities[name], call));
}

/** Runs all steps of a remote, as its workflow does. */
export async function attach(
  worker: ActivityDependencies,
  remote: LabCluster,
  changes: Partial<RemoteInput> = {},
): Promise<Results> {
  const input = await inputFor(remote, changes);
  const results: Results = {};
  for (const name of STEPS) results[name] = await step(worker, name, input);
  return results;
}

/** How many objects the steps changed altogether. */
export function totalChanged(results: Results): number {
  return Object.values(results).reduce((sum, { changed }) => sum + changed, 0);
}
