import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ApiError } from '../kubernetes/api-client.js';
import { writeKubeconfig } from '../kubernetes/kubeconfig.js';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import { writeAtomically } from '../state/write-atomically.js';
import { containerOf, type Mount, mountsOf, type Pod } from './pod.js';
import type { PodProgram } from './pod-program.js';

const TOKEN_SECONDS = 10 * 24 * 3600;

/** Thrown while a Pod waits, as in a kubelet (ContainerCreating), for a Secret or ConfigMap that it mounts. */
export class MountMissing extends Error {
  override readonly name = 'MountMissing';
}

/** What a kubelet would put into a Pod: mounted Secrets and ConfigMaps as files, and the token of its ServiceAccount. */
export class PodFiles {
  readonly #cluster: LabCluster;
  readonly #pod: Pod;
  readonly #program: PodProgram;
  readonly #root: string;

  /** @param root absolute path of the folder that stands for the root of the container. */
  constructor(cluster: LabCluster, pod: Pod, program: PodProgram, root: string) {
    this.#cluster = cluster;
    this.#pod = pod;
    this.#program = program;
    this.#root = root;
  }

  /** @throws MountMissing when something is not there that is not optional; ApiError. */
  async write(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
    await this.refresh();
  }

  /**
   * Writes the files that differ from what is mounted now; one whose key is gone stays.
   * @throws as {@link PodFiles.write} does.
   */
  async refresh(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    const mounts = mountsOf(this.#pod, containerOf(this.#pod, this.#program.container));
    const read = mounts.filter(({ kind }) => this.#program.mounts.includes(kind));
    await Promise.all(read.map((mount) => this.#writeMount(mount)));
  }

  /**
   * Writes a kubeconfig with a token of the Pod's own ServiceAccount, so that its process may do no more than its RBAC
   * rules say. Returns its path.
   * @param server address of the API server, as the process is to see it.
   */
  async writeKubeconfig(server: string): Promise<string> {
    const serviceAccount = this.#pod.spec.serviceAccountName ?? 'default';
    const { status } = await this.#cluster.api.post<{ status: { token: string } }>(
      `/api/v1/namespaces/${this.#pod.metadata.namespace}/serviceaccounts/${serviceAccount}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: TOKEN_SECONDS },
      },
    );
    const path = join(this.#root, 'kubeconfig.yaml');
    const { certificateAuthority, name } = this.#cluster;
    await writeKubeconfig(path, name, serviceAccount, { server, certificateAuthority, token: status.token });
    return path;
  }

  async #writeMount(mount: Mount): Promise<void> {
    const data = await this.#read(mount);
    const items = mount.items ?? Object.keys(data).map((key) => ({ key, path: key }));
    for (const { key, path } of items) {
      const text = data[key];
      if (text === undefined) continue;
      const inPod = join(mount.mountPath, path);
      await writeIfNew(join(this.#root, inPod), this.#program.adapt?.(inPod, text) ?? text);
    }
  }

  /** Text by key; empty when what is optional is not there. */
  async #read({ kind, name, optional }: Mount): Promise<Record<string, string>> {
    try {
      const path = `/api/v1/namespaces/${this.#pod.metadata.namespace}/${kind}/${name}`;
      const { data = {} } = await this.#cluster.api.get<{ data?: Record<string, string> }>(path);
      if (kind === 'configmaps') return data;
      const decode = (value: string) => Buffer.from(value, 'base64').toString();
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
      if (optional) return {};
      throw new MountMissing(`waits for ${kind === 'secrets' ? 'Secret' : 'ConfigMap'} ${name}`);
    }
  }
}

/** Programs watch their files: one that has not changed is left alone. */
async function writeIfNew(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, text);
}
