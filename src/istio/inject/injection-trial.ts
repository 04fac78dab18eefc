import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { type Manifest, objectOf } from '../apply/manifests.js';
import { isSwitchedOff, type WebhookConfiguration } from './webhook-configuration.js';

/**
 * The trial: a webhook configuration of the project's own, which calls istiod just as the injector will, for probe Pods
 * and no others. So it is known whether injection works before the injector is on, and nobody else is affected when it
 * does not. It is deleted after the trial; one that a killed worker has left behind does no harm.
 */
const NAME = 'mesh-rollout-injection-trial';
const REFERENCE = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  name: NAME,
};

/** The label of the Pods that the trial's webhook looks at. */
export const TRIAL_LABELS = { 'mesh-rollout.dev/injection-trial': 'true' } as const;

/** A webhook that does not answer is known after this time; the charts' webhooks have 10 s. */
const TIMEOUT_SECONDS = 5;
/** The trial is deleted also when its rollout was cancelled, which must not hang. */
const DELETE_TIMEOUT_MS = 5_000;

/**
 * Runs `work` while the trial's webhook is there, and deletes it afterwards, whatever happened.
 *
 * @param injectors the injectors that are to be switched on
 * @param meshRoot the CA that signed istiod's certificate, PEM
 * @throws ClusterError; what `work` throws
 */
export async function duringTrial<T>(
  client: ClusterClient,
  injectors: readonly Manifest[],
  meshRoot: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  await client.apply(trialOf(injectors, meshRoot), {
    fieldManager: MANAGED_BY,
    force: true,
    previous: null,
    signal,
  });
  try {
    return await work();
  } finally {
    await client.delete(REFERENCE, { signal: AbortSignal.timeout(DELETE_TIMEOUT_MS) }).catch(() => {
      // The next attempt deletes it; until then it only looks at probe Pods.
    });
  }
}

/** Returns the trial's webhook configuration: the first webhook of an injector that is on, for probe Pods only. */
export function trialOf(injectors: readonly Manifest[], meshRoot: string): KubernetesObject {
  const [webhook] = injectors
    .map((injector) => objectOf<WebhookConfiguration>(injector))
    .filter((configuration) => !isSwitchedOff(configuration))
    .flatMap(({ webhooks = [] }) => webhooks);
  if (webhook === undefined) throw new RolloutError('render-failed', 'istioctl rendered no injector webhook');
  const caBundle = Buffer.from(meshRoot).toString('base64');
  const trial = {
    ...webhook,
    name: 'injection-trial.mesh-rollout.dev',
    clientConfig: { ...webhook.clientConfig, caBundle },
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    timeoutSeconds: TIMEOUT_SECONDS,
    namespaceSelector: {},
    objectSelector: { matchLabels: TRIAL_LABELS },
  };
  const { apiVersion, kind } = REFERENCE;
  const labels = { 'app.kubernetes.io/managed-by': MANAGED_BY };
  return { apiVersion, kind, metadata: { name: NAME, labels }, webhooks: [trial] } as KubernetesObject;
}
