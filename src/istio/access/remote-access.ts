import { readKubeconfig } from './kubeconfig-access.js';
import type { ReaderToken } from './reader-token.js';

/** How istiod reaches a remote: what a remote secret says. */
export interface RemoteAccess extends ReaderToken {
  /** Name of the cluster in the mesh. */
  readonly cluster: string;
  /** URL of the API server. */
  readonly server: string;
}

/**
 * The kubeconfig of a remote secret, in the very text of `istioctl create-remote-secret` (istio 1.31,
 * istioctl/pkg/multicluster/remote_secret.go): istiod compares texts, and builds the cluster anew when they differ.
 */
export function kubeconfigOf({ cluster, server, ca, token }: RemoteAccess): string {
  const name = NOT_A_STRING.test(cluster) ? JSON.stringify(cluster) : cluster;
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
    server: ${server}
  name: ${name}
contexts:
- context:
    cluster: ${name}
    user: ${name}
  name: ${name}
current-context: ${name}
kind: Config
users:
- name: ${name}
  user:
    token: ${token}
`;
}

/**
 * Names that YAML 1.1 reads as a number, a boolean, null or a date where they are not quoted, and that istiod could then not
 * load: the rules by which Go's YAML quotes (gopkg.in/yaml.v2, encode.go, stringv).
 */
const NOT_A_STRING =
  /^(?:y|n|yes|no|on|off|true|false|null|0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d+|\d*\.?\d+(?:e-?\d+)?|\d{4}-\d\d?-\d\d?)$/;

/** Whether a kubeconfig gives the same access, however it is written; whoever wrote it. */
export function givesAccess(kubeconfig: string, { server, ca, token }: RemoteAccess): boolean {
  const live = readKubeconfig(kubeconfig);
  return (
    live.server === server &&
    live.token === token &&
    live.certificateAuthorityData === Buffer.from(ca).toString('base64')
  );
}
