import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { fieldOf, mapsOf, textOf } from '../../kubernetes/client/untrusted.js';
import { readDeploymentReadiness } from '../../kubernetes/facts/deployment-readiness.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { WebhookConfiguration } from '../inject/webhook-configuration.js';

/** The Deployments that a remote needs for injection: its own citadel makes the certificate of its own injector. */
const CITADEL = 'istio-citadel';
const INJECTOR = 'istio-sidecar-injector';
/** Kubernetes 1.15 serves only the beta version. */
const WEBHOOK_VERSION = 'admissionregistration.k8s.io/v1beta1';

interface Secret extends KubernetesObject {
  /** base64 */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Returns the name that istioctl 1.4 gives to the injector's MutatingWebhookConfiguration: in another namespace than
 * istio-system it adds the namespace (istio-autoinject/templates/mutatingwebhook.yaml). The Helm chart never does.
 */
export function istioctlInjectorName(istioNamespace: string): string {
  return istioNamespace === 'istio-system' ? INJECTOR : `${INJECTOR}-${istioNamespace}`;
}

/**
 * Waits for citadel and injector of a remote. `manifest apply` ends before any Pod runs.
 *
 * @throws RolloutError `control-plane-not-ready` with the reason, until both Deployments are rolled out
 */
export async function checkInjectorDeployments(
  remote: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
): Promise<void> {
  for (const name of [CITADEL, INJECTOR]) {
    const readiness = await readDeploymentReadiness(remote, istioNamespace, name, { signal });
    if (readiness.ready) continue;
    throw new RolloutError('control-plane-not-ready', `${name} of the remote: ${readiness.reason}`, {
      cluster: remote.name,
      action: `Nothing: it is waited for. Look at the Pods of ${name} in the remote if it lasts.`,
    });
  }
}

/**
 * Proves that the API server of a remote trusts the injector: the webhook's CA is the root of the certificate that the
 * injector serves with. The injector writes it, again after each `manifest apply` or `helm upgrade` has emptied it.
 *
 * @param name of the webhook configuration of the way of installing
 * @returns the webhook configuration
 * @throws RolloutError `webhook-ca-missing` until the two are the same
 */
export async function checkInjectorCA(
  remote: ClusterClient,
  istioNamespace: string,
  name: string,
  signal: AbortSignal,
): Promise<WebhookConfiguration> {
  const path = objectPath({ apiVersion: WEBHOOK_VERSION, kind: 'MutatingWebhookConfiguration', name });
  const [webhook, root] = await Promise.all([
    remote.get<WebhookConfiguration>(path, { signal }),
    readInjectorRoot(remote, istioNamespace, signal),
  ]);
  if (webhook === undefined) throw notReady(remote, `MutatingWebhookConfiguration ${name} does not exist`);
  if (root === undefined) throw notReady(remote, 'citadel has not made a certificate for the injector yet');
  const bundles = (webhook.webhooks ?? []).map(({ clientConfig }) => clientConfig.caBundle ?? '');
  if (bundles.length > 0 && bundles.every((bundle) => decoded(bundle) === decoded(root))) return webhook;
  const what = bundles.every((bundle) => bundle === '') ? 'no CA yet' : 'another CA than the injector uses';
  throw notReady(remote, `MutatingWebhookConfiguration ${name} has ${what}`);
}

/** The root in the Secret that the injector's Deployment mounts, base64; the chart's values decide which Secret it is. */
async function readInjectorRoot(
  remote: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: INJECTOR };
  const live = await remote.get<KubernetesObject>(objectPath(deployment), { signal });
  const volumes = mapsOf(fieldOf(live, 'spec', 'template', 'spec', 'volumes'));
  const certs = volumes.find(({ name }) => name === 'certs');
  const name = textOf(fieldOf(certs, 'secret', 'secretName'));
  if (name === '') return undefined;
  const path = objectPath({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  return (await remote.get<Secret>(path, { signal }))?.data?.['root-cert.pem'];
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').trim();
}

function notReady({ name: cluster }: ClusterClient, message: string): RolloutError {
  return new RolloutError('webhook-ca-missing', message, {
    cluster,
    action: 'Nothing: it is waited for. Look at the logs of citadel and injector in the remote if it lasts.',
  });
}
