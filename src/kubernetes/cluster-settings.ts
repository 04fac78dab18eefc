import { load } from 'js-yaml';
import type { ClusterClient } from './cluster-client.js';
import { optionalRead } from './optional-read.js';
import type { ReadOptions } from './request-options.js';

/** Network settings that the installer of a cluster left in it; a list is empty where it left none. */
export interface ClusterSettings {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

interface Pod {
  readonly spec?: {
    readonly containers?: readonly { command?: readonly string[]; args?: readonly string[] }[];
  };
}

/**
 * What kubeadm wrote into the ConfigMap kube-system/kubeadm-config (kubeadm API v1beta3 and v1beta4), and the flags of
 * kube-apiserver and kube-controller-manager where they run as Pods labelled `component` (kubeadm, Talos). Managed
 * clusters have neither.
 */
export async function readClusterSettings(
  client: ClusterClient,
  options: ReadOptions,
): Promise<ClusterSettings> {
  const [config, pods] = await Promise.all([
    optionalRead(client.get<ConfigMap>('/api/v1/namespaces/kube-system/configmaps/kubeadm-config', options)),
    optionalRead(
      client.list<Pod>('/api/v1/namespaces/kube-system/pods', {
        ...options,
        query: { labelSelector: 'component in (kube-apiserver,kube-controller-manager)' },
      }),
    ),
  ]);
  const kubeadm = parseKubeadmNetworking(config?.data?.ClusterConfiguration);
  const flags = (pods ?? []).flatMap((pod) =>
    (pod.spec?.containers ?? []).flatMap(({ command = [], args = [] }) => [...command, ...args]),
  );
  return {
    podCIDRs: [...splitList(kubeadm.podSubnet), ...flagValues(flags, 'cluster-cidr')],
    serviceCIDRs: [...splitList(kubeadm.serviceSubnet), ...flagValues(flags, 'service-cluster-ip-range')],
  };
}

/** `networking` of kubeadm's ClusterConfiguration; empty when the text is none. */
export function parseKubeadmNetworking(text: string | undefined): {
  podSubnet?: unknown;
  serviceSubnet?: unknown;
} {
  if (text === undefined) return {};
  try {
    const parsed = load(text) as { networking?: { podSubnet?: unknown; serviceSubnet?: unknown } } | null;
    return parsed?.networking ?? {};
  } catch {
    return {};
  }
}

/** The values of a flag in a command line, written `--flag=a,b` or `--flag a,b`. */
export function flagValues(commandLine: readonly string[], flag: string): string[] {
  return commandLine.flatMap((word, index) => {
    if (word === `--${flag}`) return splitList(commandLine[index + 1]);
    return word.startsWith(`--${flag}=`) ? splitList(word.slice(flag.length + 3)) : [];
  });
}

function splitList(text: unknown): string[] {
  if (typeof text !== 'string') return [];
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
