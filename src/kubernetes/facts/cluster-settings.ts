import { load } from 'js-yaml';
import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, mapsOf, textOf, textsOf } from '../client/untrusted.js';

/** Network settings that the installer of a cluster left in it. A list is empty if the installer left none. */
export interface ClusterSettings {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
}

/** kubeadm writes 1 KB. A longer text is not from kubeadm. */
const LONGEST_CONFIG = 64 * 1024;

/**
 * Reads what kubeadm wrote into the ConfigMap kube-system/kubeadm-config (kubeadm API v1beta3 and v1beta4), and the
 * flags of kube-apiserver and kube-controller-manager, if they run as Pods labelled `component` (kubeadm, Talos).
 * Managed clusters have neither.
 */
export async function readClusterSettings(
  client: ClusterClient,
  options: ReadOptions,
  reads: OptionalReads,
): Promise<ClusterSettings> {
  const query = { labelSelector: 'component in (kube-apiserver,kube-controller-manager)' };
  const [config, pods] = await Promise.all([
    reads.try(client.get('/api/v1/namespaces/kube-system/configmaps/kubeadm-config', options)),
    reads.try(client.list('/api/v1/namespaces/kube-system/pods', { ...options, query })),
  ]);
  const kubeadm = parseKubeadmNetworking(textOf(fieldOf(config, 'data', 'ClusterConfiguration')));
  const flags = (pods ?? []).flatMap((pod) =>
    mapsOf(fieldOf(pod, 'spec', 'containers')).flatMap(({ command, args }) => [
      ...textsOf(command),
      ...textsOf(args),
    ]),
  );
  return {
    podCIDRs: [...splitList(kubeadm.podSubnet), ...flagValues(flags, 'cluster-cidr')],
    serviceCIDRs: [...splitList(kubeadm.serviceSubnet), ...flagValues(flags, 'service-cluster-ip-range')],
  };
}

/** Returns `networking` of kubeadm's ClusterConfiguration, or an empty object when the text is something else. */
export function parseKubeadmNetworking(text: string): { podSubnet?: unknown; serviceSubnet?: unknown } {
  if (text.length > LONGEST_CONFIG) return {};
  try {
    const networking = fieldOf(load(text), 'networking');
    return {
      podSubnet: fieldOf(networking, 'podSubnet'),
      serviceSubnet: fieldOf(networking, 'serviceSubnet'),
    };
  } catch {
    return {};
  }
}

/** Returns the values of a flag in a command line, written `--flag=a,b` or `--flag a,b`. */
export function flagValues(commandLine: readonly string[], flag: string): string[] {
  return commandLine.flatMap((word, index) => {
    if (word === `--${flag}`) return splitList(commandLine[index + 1]);
    return word.startsWith(`--${flag}=`) ? splitList(word.slice(flag.length + 3)) : [];
  });
}

function splitList(text: unknown): string[] {
  return textOf(text)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
