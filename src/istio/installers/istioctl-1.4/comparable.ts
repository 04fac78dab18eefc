import { isMap } from '../../../base/is-map.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import { fieldOf, mapsOf, textOf } from '../../../kubernetes/client/untrusted.js';
import { CONTROL_SERVICES } from '../../release-1.4/services.js';

/** Values of a remote that say where the control plane is; the injector's ConfigMap repeats all values. */
const ADDRESS_VALUES = ['remotePilotAddress', 'remotePolicyAddress', 'remoteTelemetryAddress'];

/** Returns the names of the Deployments that the HorizontalPodAutoscalers among some objects scale. */
export function scaledDeployments(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const scalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  return new Set(scalers.map((scaler) => textOf(fieldOf(scaler, 'spec', 'scaleTargetRef', 'name'))));
}

/**
 * Returns an object without what others keep up to date after `manifest apply`: the injector the CA of its webhook, the
 * rollout the addresses of the control plane, an autoscaler the replicas.
 *
 * @param scaled names of Deployments that are scaled automatically
 */
export function comparable(object: KubernetesObject, scaled: ReadonlySet<string>): object {
  const { kind, metadata } = object;
  const live = object as KubernetesObject & Readonly<Record<string, unknown>>;
  if (kind === 'MutatingWebhookConfiguration') {
    return {
      ...live,
      webhooks: mapsOf(live.webhooks).map((webhook) => without(webhook, 'clientConfig', 'caBundle')),
    };
  }
  if (kind === 'Endpoints' && CONTROL_SERVICES.some(({ name }) => name === metadata.name)) {
    return { ...live, subsets: null };
  }
  if (kind === 'Deployment' && scaled.has(metadata.name)) return without(live, 'spec', 'replicas');
  if (kind === 'ConfigMap' && metadata.name === 'istio-sidecar-injector' && isMap(live.data)) {
    return { ...live, data: { ...live.data, values: withoutAddresses(textOf(live.data.values)) } };
  }
  return live;
}

function without(map: Readonly<Record<string, unknown>>, outer: string, inner: string): object {
  const value = map[outer];
  return isMap(value) ? { ...map, [outer]: { ...value, [inner]: null } } : map;
}

/** The values of the injector's ConfigMap, which are JSON. */
function withoutAddresses(text: string): unknown {
  try {
    const values: unknown = JSON.parse(text);
    const global = fieldOf(values, 'global');
    if (!isMap(values) || !isMap(global)) return text;
    const others = Object.entries(global).filter(([name]) => !ADDRESS_VALUES.includes(name));
    return { ...values, global: Object.fromEntries(others) };
  } catch {
    return text;
  }
}
