import { readReaderToken, requestReaderToken } from '../../src/istio/access/reader-token.js';
import { isRegistered, remoteSecretName, writeRemoteSecret } from '../../src/istio/access/remote-secret.js';
import { applyManifest } from '../../src/istio/apply/apply-manifests.js';
import { readIstioCRDs } from '../../src/istio/apply/crds.js';
import { addressesOf, readyControlPlanePods } from '../../src/istio/control-plane/control-plane-pods.js';
import { prepareRemoteNamespace } from '../../src/istio/control-plane/istio-namespace.js';
import { controlPlaneService, readEndpoints, writeEndpoints } from '../../src/istio/endpoints/endpoints.js';
import { labelNamespaces } from '../../src/istio/inject/injection-labels.js';
import { injectorManifests, readInjectors } from '../../src/istio/inject/injector-webhook.js';
import { countPodsWithoutSidecar } from '../../src/istio/inject/pods-without-sidecar.js';
import type { WebhookConfiguration } from '../../src/istio/inject/webhook-configuration.js';
import { objectOf } from '../../src/istio/render/manifests.js';
import { type RemoteManifests, remoteManifests } from '../../src/istio/render/remote-manifests.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import { DryRunClient } from '../../src/kubernetes/client/dry-run-client.js';
import { objectPath } from '../../src/kubernetes/client/kinds.js';
import { readNamespace } from '../../src/kubernetes/facts/namespaces.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { PlanRemoteInput, RemotePlan } from '../../src/rollout/plan/plan.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineActivity, type StepContext } from '../activity.js';
import { refuseTaken } from '../checks/refuse-taken.js';
import type { ActivityDependencies } from '../dependencies.js';
import { requireToolVersion } from '../require-tool-version.js';
import { DryRun } from './dry-run.js';

/**
 * Stands for the address of a Pod of istiod that does not run yet. It is of a block that nobody has (RFC 5737), so that what
 * depends on it is shown as changing.
 */
const NOT_KNOWN_YET = '192.0.2.1';

/** The activity `planRemote`: the parts of all steps of a remote that write, in their order. */
export function planRemote(dependencies: ActivityDependencies): Activities['planRemote'] {
  const { clusters, istioctl } = dependencies;
  return defineActivity(
    async (input: PlanRemoteInput, step) => {
      const { signal } = step;
      await requireToolVersion(istioctl, input);
      const [remote, primary] = await Promise.all([clusters.get(input.cluster), clusters.get(input.primary)]);
      const dryRun = new DryRun(new DryRunClient(remote));
      const { client } = dryRun;

      await dryRun.attempt(() => refuseTaken(client, input, signal));
      const move = input.accept.includes('attached-elsewhere');
      await dryRun.attempt(() => prepareRemoteNamespace(client, input, move, signal));

      const { addresses, note } = await addressesToBe(remote, primary, input, signal);
      if (note !== undefined) dryRun.note(note);
      step.heartbeat('renders the manifests of the remote');
      const [first = NOT_KNOWN_YET] = addresses;
      const manifests = await dryRun.attempt(() => remoteManifests(istioctl.renderer, input, first, signal));
      if (manifests !== undefined) await install(dryRun, input, manifests, addresses, step);
      step.heartbeat('tries the registration');
      const registration = await planRegistration(dependencies, dryRun, input, signal);
      if (manifests !== undefined) await inject(dryRun, input, manifests, signal);
      return { ...dryRun.plan(), registration };
    },
    ({ cluster }) => cluster,
  );
}

/** Where the remote would be pointed to, and what is not known about it. */
async function addressesToBe(
  remote: ClusterClient,
  primary: ClusterClient,
  input: PlanRemoteInput,
  signal: AbortSignal,
): Promise<{ addresses: readonly string[]; note?: string }> {
  if (input.controlPlaneMoves) {
    const note = 'istiod gets new Pods: their addresses, to which the remote is pointed, are not known yet';
    return { addresses: [NOT_KNOWN_YET], note };
  }
  try {
    return { addresses: addressesOf(await readyControlPlanePods(primary, input, signal)) };
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'no-ready-endpoint') throw error;
    const live = await readEndpoints(remote, input, signal);
    const note = 'no Pod of istiod is ready now: to which addresses the remote is pointed is not known yet';
    return { addresses: live.length > 0 ? live : [NOT_KNOWN_YET], note };
  }
}

/** As `installRemote`. */
async function install(
  dryRun: DryRun,
  input: RemoteInput,
  { objects, endpointSlice, injector, installation }: RemoteManifests,
  addresses: readonly string[],
  step: StepContext,
): Promise<void> {
  const { signal } = step;
  const { client } = dryRun;
  const crds = await dryRun.attempt(() => readIstioCRDs(client, 'metadata', { signal }));
  step.heartbeat(`tries ${objects.length} objects`);
  await dryRun.apply(objects, step);
  const { istioNamespace: namespace, revision } = input;
  const name = controlPlaneService(revision);
  const service = await client.get(objectPath({ apiVersion: 'v1', kind: 'Service', namespace, name }), {
    signal,
  });
  // A Service that was refused is a problem already; its slice belongs to it.
  if (service !== undefined) {
    await dryRun.attempt(() => writeEndpoints(client, input, addresses, signal, endpointSlice));
  }
  if (crds?.size !== 0) await dryRun.prune([...objects, injector], installation, step);
}

/** As `registerRemote`, but that nothing is waited for and no access is tried. */
async function planRegistration(
  { clusters }: ActivityDependencies,
  dryRun: DryRun,
  { cluster, istioNamespace, primary: primaryName }: RemoteInput,
  signal: AbortSignal,
): Promise<RemotePlan['registration']> {
  const secret = `${istioNamespace}/${remoteSecretName(cluster)}`;
  const [entry, live, ca] = await Promise.all([
    clusters.entry(cluster),
    clusters.get(primaryName),
    dryRun.attempt(() => clusters.certificateAuthority(cluster)),
  ]);
  const primary = new DryRunClient(live);
  if ((await readNamespace(live, istioNamespace, { signal })) === undefined) {
    primary.assume({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: istioNamespace } });
  }
  await dryRun.attempt(() => requestReaderToken(dryRun.client, istioNamespace, signal));
  const token = await issuedToken(dryRun.client, istioNamespace, signal);
  // Without a token the text of the secret will differ from any that is there: that is all that matters here.
  const server = entry.apiServer ?? dryRun.client.server;
  const access = { cluster, server, ca: '', token: '', ...token, ...(ca === undefined ? {} : { ca }) };
  if (token !== undefined && (await isRegistered(primary, istioNamespace, access, signal))) {
    return { action: 'keep', secret };
  }
  await dryRun.attempt(() => writeRemoteSecret(primary, istioNamespace, access, signal));
  const [written] = primary.outcomes;
  const isWritten = written?.action === 'create' || written?.action === 'change';
  return { action: isWritten ? written.action : 'keep', secret };
}

async function issuedToken(client: ClusterClient, namespace: string, signal: AbortSignal) {
  try {
    return await readReaderToken(client, namespace, signal);
  } catch (error) {
    if (error instanceof RolloutError && error.code === 'token-not-issued') return undefined;
    throw error;
  }
}

/** As `activateInjection`, `labelNamespaces` and the count of `verifyInjection`. */
async function inject(
  dryRun: DryRun,
  { namespaces, revision }: RemoteInput,
  { injector, installation }: RemoteManifests,
  signal: AbortSignal,
): Promise<void> {
  const { client } = dryRun;
  await dryRun.attempt(async () => {
    for (const manifest of await injectorManifests(client, injector, installation, signal)) {
      await applyManifest(client, manifest, signal);
    }
  });
  const live = await readInjectors(client, revision, signal);
  const injectors = [objectOf<WebhookConfiguration>(injector), ...live];
  for (const namespace of namespaces) {
    // That it is missing is a finding; what the credentials may do in it cannot be known.
    if ((await readNamespace(client, namespace.name, { signal })) === undefined) continue;
    const changed = await dryRun.attempt(() => labelNamespaces(client, [namespace], injectors, signal));
    if (changed) dryRun.labelled(namespace.name);
    dryRun.podsWithoutSidecar += await countPodsWithoutSidecar(client, namespace.name, signal);
  }
}
