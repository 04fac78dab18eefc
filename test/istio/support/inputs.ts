import type { MeshSettings, PrimaryInput, RemoteInput } from '../../../src/rollout/resolve/resolved.js';

const mesh: MeshSettings = {
  mesh: 'shop',
  rolloutId: 'r-1',
  release: '1.31',
  revision: 'default',
  installer: 'istioctl',
  istioNamespace: 'istio-system',
  meshID: 'shop',
  network: 'network1',
  primary: 'hub',
  progressDeadlineMs: 1_800_000,
};

/** The input of a primary's steps. */
export function primaryInput(changes: Partial<PrimaryInput> = {}): PrimaryInput {
  return { ...mesh, profile: 'minimal', values: {}, accept: [], ...changes };
}

/** The input of a remote's steps. */
export function remoteInput(changes: Partial<RemoteInput> = {}): RemoteInput {
  return { ...mesh, cluster: 'eu-1', values: {}, namespaces: [], accept: [], ...changes };
}
