/** The fields of a Pod that the lab reads. */
export interface Pod {
  metadata: { name: string; namespace: string; uid: string; deletionTimestamp?: string };
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    containers: Container[];
    volumes?: Volume[];
  };
}

interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[];
  volumeMounts?: { name: string; mountPath: string }[];
}

interface Volume {
  name: string;
  secret?: { secretName: string; optional?: boolean; items?: Item[] };
  configMap?: { name: string; optional?: boolean; items?: Item[] };
}

interface Item {
  key: string;
  path: string;
}

/** A Secret or ConfigMap that a container has as files. */
export interface Mount {
  kind: 'secrets' | 'configmaps';
  name: string;
  /** Where in the container, such as `/etc/cacerts`. */
  mountPath: string;
  /** Whether the Pod also runs without it. */
  optional: boolean;
  /** Which keys, and as which files; `undefined`: all, each as a file of that name. */
  items: Item[] | undefined;
}

/** Whether a Pod is to have a process: it has a node and is not being deleted. */
export function isToRun(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.metadata.deletionTimestamp === undefined;
}

/** The container of that name; the first one when there is none. */
export function containerOf(pod: Pod, name: string): Container {
  const { containers } = pod.spec;
  const container = containers.find((one) => one.name === name) ?? containers[0];
  if (!container) throw new Error(`Pod ${pod.metadata.name} has no container`);
  return container;
}

/**
 * Environment of a container: plain values and the Pod's own fields. What only a kubelet knows (resource limits) is left
 * out, and KUBECONFIG, which names a file in the Pod.
 */
export function environmentOf(pod: Pod, container: Container): Record<string, string> {
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
  };
  const environment: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = value ?? (valueFrom?.fieldRef ? fields[valueFrom.fieldRef.fieldPath] : undefined);
    if (found !== undefined && name !== 'KUBECONFIG') environment[name] = found;
  }
  return environment;
}

/** Secrets and ConfigMaps that are mounted into a container, such as `cacerts` at `/etc/cacerts`. */
export function mountsOf(pod: Pod, container: Container): Mount[] {
  const volumes = new Map(pod.spec.volumes?.map((volume) => [volume.name, volume]));
  return (container.volumeMounts ?? []).flatMap(({ name, mountPath }): Mount[] => {
    const { secret, configMap } = volumes.get(name) ?? {};
    const [kind, found] = secret
      ? (['secrets', { name: secret.secretName, ...secret }] as const)
      : (['configmaps', configMap] as const);
    if (!found) return [];
    return [{ kind, name: found.name, mountPath, optional: found.optional ?? false, items: found.items }];
  });
}

/** The container's arguments, with each absolute path below `root`, such as `--meshConfig=/etc/istio/config/mesh`. */
export function argumentsBelow(root: string, container: Container): string[] {
  return (container.args ?? []).map((argument) => argument.replace(/^(--[^=]+=)?(?=\/)/, `$1${root}`));
}
