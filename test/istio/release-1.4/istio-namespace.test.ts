import { expect, it } from 'vitest';
import { writeIstioNamespace } from '../../../src/istio/release-1.4/istio-namespace.js';
import { readNamespace } from '../../../src/kubernetes/facts/namespaces.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;

it('creates the namespace with its annotation, and writes nothing where it has it', async () => {
  const { client, writes } = await stubCluster();
  const write = async (annotations: Record<string, string>) => {
    const live = await readNamespace(client, 'istio-system', { signal: never });
    return await writeIstioNamespace(client, 'istio-system', live, annotations, never);
  };
  expect(await write({ owner: 'shop' })).toBe(true);
  expect(await write({ owner: 'shop' })).toBe(false);
  expect(writes()).toEqual(['POST /api/v1/namespaces']);
});
