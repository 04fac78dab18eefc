import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Lab, LabCluster } from '../../lab/lab.js';
import type { ToolPaths } from '../../lab/tools/tool-names.js';
import { startRollouts } from '../fleet/by-rollout.js';
import { fleetName, RECORDED_CIDRS } from './identities.js';
import { writeInventory, writeKubeconfig } from './inventory.js';
import { Recorder } from './recorder.js';
import { writeRecording } from './recording.js';
import type { ReplayOptions } from './replay.js';

const READER_TOKEN_PATH =
  '/api/v1/namespaces/istio-system/secrets/istio-reader-service-account-istio-remote-secret-token';

/** What was recorded, as files. */
export type RecordedCluster = Omit<ReplayOptions, 'clusters' | 'latencyMs'> & {
  /** The number of requests that the rollout of a remote takes, including istiod's. */
  readonly requests: number;
  /** CA of the recorded API server, PEM; the stand-ins have its certificate. */
  readonly certificateAuthority: string;
  readonly token: string;
};

/**
 * Rolls a fresh mesh out to one real remote, and records every request that the worker and istiod send to it, and
 * every response. The primary stays as it is; the remote leaves the mesh and the lab.
 */
export async function record(lab: Lab, tools: ToolPaths): Promise<RecordedCluster> {
  const folder = join(lab.directory, 'recording');
  await mkdir(folder);
  const remote = await lab.addCluster(fleetName(0), {
    controllers: 'few',
    productRights: 'everything',
    ...RECORDED_CIDRS,
  });
  // The recorder uses the server's own certificate, so that the CA that the server publishes is also valid for the
  // stand-ins.
  const certificates = join(dirname(remote.kubeconfigPath), 'certificates');
  const files = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  const [cert, key] = [
    await readFile(join(certificates, 'apiserver.crt'), 'utf8'),
    await readFile(join(certificates, 'apiserver.key'), 'utf8'),
  ];
  await Promise.all([writeFile(files.certificate, cert), writeFile(files.key, key, { mode: 0o600 })]);

  const recorder = await Recorder.listen(remote, { cert, key });
  const kubeconfig = await writeKubeconfig(folder, remote.name, {
    ...access(remote),
    server: recorder.server,
  });
  const inventoryPath = await writeInventory(folder, lab.primary, [{ name: remote.name, kubeconfig }]);
  const rollouts = await startRollouts(lab, tools, { MESH_ROLLOUT_INVENTORY: inventoryPath });
  try {
    await rollouts.run({ primary: lab.primary.name, remotes: [remote.name] });
  } finally {
    await rollouts.close();
  }
  const { metadata } = await remote.api.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system');
  const { data } = await remote.api.get<{ data: { token: string } }>(READER_TOKEN_PATH);
  const { recording } = recorder;
  const file = join(folder, 'recording.json');
  await writeFile(file, writeRecording(recording), { mode: 0o600 });
  recorder.close();
  await forget(lab.primary, [remote.name]);
  const recorded = {
    ...files,
    ...access(remote),
    recording: file,
    uid: metadata.uid,
    readerToken: data.token,
    requests: [...recording.values()].reduce((sum, answers) => sum + answers.length, 0),
  };
  await lab.removeCluster(remote.name);
  return recorded;
}

/** Removes the remote secrets of clusters from the primary, so that istiod stops reading them. */
export async function forget(primary: LabCluster, clusters: readonly string[]): Promise<void> {
  for (const name of clusters) {
    await primary.api.delete(`/api/v1/namespaces/istio-system/secrets/istio-remote-secret-${name}`);
  }
}

function access({ certificateAuthority, adminToken }: LabCluster) {
  return { certificateAuthority, token: adminToken };
}
