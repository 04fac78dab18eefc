import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import { applyManifests } from '../../../src/istio/apply/apply-manifests.js';
import { parseManifests } from '../../../src/istio/apply/manifests.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { useLab } from '../../support/lab.js';
import { newCluster } from '../support/lab-mesh.js';

const NAME = 'gateways.networking.istio.io';
const PATH = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${NAME}`;
const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${NAME}, labels: { helm.sh/chart: base-1.0.0 } }
spec:
  group: networking.istio.io
  scope: Namespaced
  names: { kind: Gateway, listKind: GatewayList, plural: gateways, singular: gateway }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;
const installation = { version: '1.31.0', revision: 'default', istioNamespace: 'istio-system' };

test('a CRD is served soon though its API server ended before it had established it, and nothing is left on it', async () => {
  const cluster = await newCluster('forgetful', { controllers: 'few' });
  const apply = async () => {
    const client = new ClusterClient({ name: cluster.name, path: cluster.productKubeconfigPath });
    return await applyManifests(client, parseManifests(CRD, installation), new AbortController().signal);
  };
  const metadata = async () => {
    const { managedFields, annotations } = (
      await cluster.api.get<{ metadata: { managedFields: { manager: string }[]; annotations?: object } }>(
        PATH,
      )
    ).metadata;
    return { managers: managedFields.map(({ manager }) => manager).sort(), annotations };
  };
  await apply();
  const before = await metadata();

  const storage = await storageOf(cluster);
  await cluster.stopApiServer();
  await takeBackEstablished(storage);
  await cluster.startApiServer();
  const served = () => cluster.api.get<{ resources: object[] }>('/apis/networking.istio.io/v1');
  await expect(served()).rejects.toMatchObject({ status: 404 });
  expect(await apply()).toMatchObject({ changed: 0 });
  expect((await served()).resources).toHaveLength(1);
  expect(await metadata()).toEqual(before);
});

/** Where an API server keeps its objects, as its command line says. */
interface Storage {
  readonly etcd: string;
  readonly prefix: string;
}

async function storageOf({ name }: LabCluster): Promise<Storage> {
  const { processes } = (await useLab()).status();
  const pid = processes.find((each) => each.name === `${name}/kube-apiserver`)?.pid;
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const flagOf = (flag: string) => words.find((word) => word.startsWith(`--${flag}=`))?.split('=')[1] ?? '';
  return { etcd: flagOf('etcd-servers'), prefix: flagOf('etcd-prefix') };
}

/** Makes the CRD what it is for a moment after it was created. Its API server must not run. */
async function takeBackEstablished({ etcd, prefix }: Storage): Promise<void> {
  const key = `${prefix}/apiextensions.k8s.io/customresourcedefinitions/${NAME}`;
  // etcd's gRPC gateway: keys and values are base64.
  const call = async (verb: 'range' | 'put', body: Record<string, string>) => {
    const encoded = Object.entries(body).map(([field, text]) => [
      field,
      Buffer.from(text).toString('base64'),
    ]);
    const answer = await fetch(`${etcd}/v3/kv/${verb}`, {
      method: 'POST',
      body: JSON.stringify(Object.fromEntries(encoded)),
    });
    return (await answer.json()) as { kvs?: { value: string }[] };
  };
  const [found] = (await call('range', { key })).kvs ?? [];
  const crd = JSON.parse(Buffer.from(found?.value ?? '', 'base64').toString('utf8'));
  for (const condition of crd.status.conditions) {
    if (condition.type === 'Established') condition.status = 'False';
  }
  await call('put', { key, value: JSON.stringify(crd) });
}
