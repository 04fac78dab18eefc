/** The fields of a Pod that the lab reads. */
export interface IstiodPod {
  metadata: { name: string; namespace: string; uid: string; deletionTimestamp?: string };
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    containers: Container[];
    volumes?: { name: string; secret?: { secretName: string } }[];
  };
}

interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string }[];
}

/** Whether a Pod is to have a process: it has a node and is not being deleted. */
export function isToRun(pod: IstiodPod): boolean {
  return pod.spec.nodeName !== undefined && pod.metadata.deletionTimestamp === undefined;
}

/** The container whose program is istiod: `discovery` in Istio's chart. */
export function istiodContainer(pod: IstiodPod): Container {
  const { containers } = pod.spec;
  const container = containers.find((one) => one.name === 'discovery') ?? containers[0];
  if (!container) throw new Error(`Pod ${pod.metadata.name} has no container`);
  return container;
}

/**
 * Environment of istiod from its Pod: plain values and the Pod's own fields. What only a kubelet knows
 * (resource limits) is left out, and KUBECONFIG, which names a file in the Pod.
 */
export function istiodEnvironment(pod: IstiodPod): Record<string, string> {
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
  };
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of istiodContainer(pod).env ?? []) {
    const found = value ?? (valueFrom?.fieldRef ? fields[valueFrom.fieldRef.fieldPath] : undefined);
    if (found !== undefined && name !== 'KUBECONFIG') environment[name] = found;
  }
  return environment;
}

/** Secrets that are mounted into the istiod container, such as `cacerts` at `/etc/cacerts`. */
export function mountedSecrets(pod: IstiodPod): { secret: string; mountPath: string }[] {
  const secrets = new Map(pod.spec.volumes?.map(({ name, secret }) => [name, secret?.secretName]));
  return (istiodContainer(pod).volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const secret = secrets.get(name);
    return secret === undefined ? [] : [{ secret, mountPath }];
  });
}
