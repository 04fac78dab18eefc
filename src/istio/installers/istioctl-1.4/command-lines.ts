import { mergeValues } from '../../../rollout/document/merge-values.js';
import type { Values } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { CLUSTER_NAME, NAMESPACE, PRIMARY_ADDITIONS, REMOTE_ADDITIONS } from './additions.js';
import { isPlainText, type Setting } from './settings.js';

/** The file behind `-f`. */
export interface ControlPlaneFile {
  readonly apiVersion: 'install.istio.io/v1alpha2';
  readonly kind: 'IstioControlPlane';
  readonly spec: { readonly values: Values };
}

/** What istioctl 1.4 is told: the same for `manifest generate` and `manifest apply`. */
export interface CommandLine {
  /** Everybody on the machine can read them: the guide's own settings and the additions, and nothing of the user's. */
  readonly settings: readonly Setting[];
  /** The user's values; settings win over them. */
  readonly file: ControlPlaneFile;
}

/** What both kinds of clusters have. */
interface ClusterSettings {
  readonly istioNamespace: string;
  /** The user's values for the cluster, as the charts know them. */
  readonly values: Values;
}

export interface PrimarySettings extends ClusterSettings {
  /** A profile of istioctl 1.4. Only those with policy and telemetry serve remotes: `default` and `demo`. */
  readonly profile: string;
}

export interface RemoteSettings extends ClusterSettings {
  /** Name of the remote in the mesh. */
  readonly cluster: string;
  /** One Ready Pod of each service; the others are added to the Endpoints afterwards. */
  readonly addresses: { readonly pilot: string; readonly policy: string; readonly telemetry: string };
}

/**
 * Returns the guide's command for the primary, `istioctl manifest apply`, with the additions. Sidecars of the primary take it
 * for the cluster `Kubernetes`, and so does pilot 1.4, which has no setting for it: no name is set here.
 *
 * @throws RolloutError `render-failed` for a namespace that istioctl would read as a number
 */
export function primaryCommand({ profile, istioNamespace, values }: PrimarySettings): CommandLine {
  const ofProfile = profile === 'default' ? [] : [{ path: 'profile', value: profile }];
  return {
    settings: [...ofProfile, ...PRIMARY_ADDITIONS, ...namespaceOf(istioNamespace)],
    file: fileOf(values),
  };
}

/**
 * Returns the guide's command for a remote: the profile and the three addresses, in the guide's words, then the additions.
 *
 * @throws RolloutError `render-failed` for a namespace that istioctl would read as a number
 */
export function remoteCommand(settings: RemoteSettings): CommandLine {
  const { cluster, addresses, istioNamespace, values } = settings;
  const name = { path: CLUSTER_NAME.path, value: cluster };
  const isPlain = isPlainText(cluster);
  const { pilot, policy, telemetry } = addresses;
  return {
    settings: [
      { path: 'profile', value: 'remote' },
      { path: 'values.global.remotePilotAddress', value: pilot },
      { path: 'values.global.remotePolicyAddress', value: policy },
      { path: 'values.global.remoteTelemetryAddress', value: telemetry },
      ...REMOTE_ADDITIONS,
      ...(isPlain ? [name] : []),
      ...namespaceOf(istioNamespace),
    ],
    // A cluster may be called 123.
    file: fileOf(
      isPlain ? values : mergeValues(values, { global: { multiCluster: { clusterName: cluster } } }),
    ),
  };
}

/** A file cannot name it: istioctl 1.4 sets istio-system over it as soon as there is one `--set`. */
function namespaceOf(istioNamespace: string): Setting[] {
  if (istioNamespace === 'istio-system') return [];
  if (isPlainText(istioNamespace)) return [{ path: NAMESPACE.path, value: istioNamespace }];
  throw new RolloutError(
    'render-failed',
    `istioctl 1.4 reads the namespace ${istioNamespace} as a number or a boolean`,
    {
      action: "Choose another name for Istio's namespace: abort and start again with the corrected document.",
    },
  );
}

function fileOf(values: Values): ControlPlaneFile {
  return { apiVersion: 'install.istio.io/v1alpha2', kind: 'IstioControlPlane', spec: { values } };
}
