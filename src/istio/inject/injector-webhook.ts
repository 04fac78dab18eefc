import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { applyOver } from '../apply/apply-manifests.js';
import { type Manifest, manifestOf, objectOf } from '../apply/manifests.js';
import { REVISION_LABEL } from '../apply/ownership.js';
import { deactivated, isSwitchedOff, selects, type WebhookConfiguration } from './webhook-configuration.js';

/** An injector webhook as it is to be when it is on, and as it is. */
export interface LiveInjector {
  readonly injector: Manifest;
  /** Undefined when it is not there. */
  readonly live: WebhookConfiguration | undefined;
}

/** Reads injector webhooks. */
export async function readLive(
  client: ClusterClient,
  injectors: readonly Manifest[],
  signal: AbortSignal,
): Promise<LiveInjector[]> {
  return await Promise.all(
    injectors.map(async (injector) => {
      const path = await client.pathOf(injector, signal);
      return { injector, live: await client.get<WebhookConfiguration>(path, { signal }) };
    }),
  );
}

/**
 * Puts injector webhooks where istiod gives them its CA, and switches off those that do not have it yet. A webhook that
 * is asked without the CA of the mesh fails, and with it every Pod of namespaces that are labelled already; switched
 * off, it is not asked. istiod writes its CA into both kinds (istio 1.31, pkg/webhooks/webhookpatch.go).
 *
 * @param meshRoot PEM
 * @returns the names of those that were created or changed
 */
export async function prepareInjectors(
  client: ClusterClient,
  injectors: readonly Manifest[],
  meshRoot: string,
  signal: AbortSignal,
): Promise<string[]> {
  const isReady = ({ live }: LiveInjector) =>
    live !== undefined && caProblem(live.webhooks ?? [], meshRoot) === undefined;
  const all = await readLive(client, injectors, signal);
  return await switchOff(
    client,
    all.filter((each) => !isReady(each)),
    signal,
  );
}

/**
 * Switches off the injector webhooks that are there and have not the CA of the mesh.
 *
 * @param meshRoot PEM
 * @returns the names of those that were changed
 */
export async function switchOffForeign(
  client: ClusterClient,
  injectors: readonly LiveInjector[],
  meshRoot: string,
  signal: AbortSignal,
): Promise<string[]> {
  const isForeign = ({ live }: LiveInjector) =>
    live !== undefined && caProblem(live.webhooks ?? [], meshRoot) !== undefined;
  return await switchOff(client, injectors.filter(isForeign), signal);
}

/**
 * Switches off the injector webhooks that are there.
 *
 * @returns the names of those that were changed
 */
export async function switchOffAll(
  client: ClusterClient,
  injectors: readonly Manifest[],
  signal: AbortSignal,
): Promise<string[]> {
  const isOn = ({ live }: LiveInjector) => live !== undefined && !isSwitchedOff(live);
  const all = await readLive(client, injectors, signal);
  return await switchOff(client, all.filter(isOn), signal);
}

/**
 * Whether an injector of the mesh is on: it is there, looks at Pods, and has the CA of the mesh.
 *
 * @param meshRoot PEM
 */
export function isInjectorLive(injectors: readonly LiveInjector[], meshRoot: string): boolean {
  return injectors.some(
    ({ live }) => live && !isSwitchedOff(live) && caProblem(live.webhooks ?? [], meshRoot) === undefined,
  );
}

async function switchOff(
  client: ClusterClient,
  injectors: readonly LiveInjector[],
  signal: AbortSignal,
): Promise<string[]> {
  const changed: string[] = [];
  for (const { injector, live } of injectors) {
    if (await applyOver(client, switchedOff(injector), live, signal)) changed.push(injector.name);
  }
  return changed;
}

/** The injector with its webhooks switched off, as it stands beside a tag. */
export function switchedOff(injector: Manifest): Manifest {
  return manifestOf(deactivated(objectOf<WebhookConfiguration>(injector)), injector.component, {});
}

/** The injector webhooks of a revision in a cluster: its own, and those of tags that point to it. */
export async function readInjectors(
  client: ClusterClient,
  revision: string,
  signal: AbortSignal,
): Promise<WebhookConfiguration[]> {
  const path = collectionPath('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration');
  const query = { labelSelector: `app=sidecar-injector,${REVISION_LABEL}=${revision}` };
  return client.list<WebhookConfiguration>(path, { query, signal });
}

/**
 * Makes sure that istiod has written its CA into every webhook of a revision's injectors, and that it is the mesh's.
 *
 * @param meshRoot PEM
 * @throws RolloutError `webhook-ca-missing` until then
 */
export async function checkInjectorCA(
  client: ClusterClient,
  revision: string,
  meshRoot: string,
  signal: AbortSignal,
): Promise<WebhookConfiguration[]> {
  const injectors = await readInjectors(client, revision, signal);
  if (injectors.length === 0) {
    throw new RolloutError('webhook-ca-missing', `there is no injector webhook of revision ${revision}`, {
      cluster: client.name,
    });
  }
  for (const { metadata, webhooks = [] } of injectors) {
    const problem = caProblem(webhooks, meshRoot);
    if (problem !== undefined) {
      const message = `MutatingWebhookConfiguration ${metadata.name} ${problem}`;
      throw new RolloutError('webhook-ca-missing', message, { cluster: client.name });
    }
  }
  return injectors;
}

/** Whether some webhook would inject Pods of a namespace with these labels. */
export function injects(
  injectors: readonly WebhookConfiguration[],
  namespaceLabels: Record<string, string>,
): boolean {
  return injectors.some(({ webhooks = [] }) =>
    webhooks.some(
      ({ namespaceSelector, objectSelector }) =>
        selects(namespaceSelector, namespaceLabels) && selects(objectSelector, {}),
    ),
  );
}

function caProblem(
  webhooks: NonNullable<WebhookConfiguration['webhooks']>,
  meshRoot: string,
): string | undefined {
  const roots = webhooks.map(({ clientConfig }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
  );
  if (roots.length === 0 || roots.some((root) => root === '')) return 'has no CA yet';
  return roots.every((root) => root.trim() === meshRoot.trim()) ? undefined : 'has the CA of another mesh';
}
