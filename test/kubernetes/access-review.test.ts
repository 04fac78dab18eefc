import { expect, test } from 'vitest';
import { findMissingPermissions } from '../../src/kubernetes/access-review.js';
import type { Permission } from '../../src/kubernetes/permissions.js';
import { clientOf, startStubApiServer } from './support/stub-api-server.js';

interface Asked {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

const PERMISSIONS: readonly Permission[] = [
  { scope: 'cluster', resource: 'namespaces', verbs: ['get', 'patch'] },
  { scope: 'istio', resource: 'deployments.apps', verbs: ['list'] },
];

/** An API server whose user may do what `may` says; gives the questions it was asked. */
async function review(may: (asked: Asked) => boolean) {
  const asked: Asked[] = [];
  const server = await startStubApiServer(({ body }) => {
    const question = JSON.parse(body).spec.resourceAttributes as Asked;
    asked.push(question);
    return { status: { allowed: may(question) } };
  });
  const namespaces = { istio: 'istio-system', injected: [] };
  return {
    missing: await findMissingPermissions(await clientOf(server.url), PERMISSIONS, namespaces),
    asked,
  };
}

test('who may do everything is asked nothing else', async () => {
  const { missing, asked } = await review(() => true);
  expect(missing).toEqual([]);
  expect(asked).toEqual([{ verb: '*', group: '*', resource: '*' }]);
});

test('who may do everything but the verb * is asked verb by verb', async () => {
  const { missing, asked } = await review(({ verb }) => verb !== '*');
  expect(missing).toEqual([]);
  expect(asked).toHaveLength(4);
});

test('a missing verb is told with its resource and namespace', async () => {
  const { missing } = await review(({ verb }) => verb === 'get');
  expect(missing).toMatchObject([
    { verb: 'patch', resource: 'namespaces' },
    { verb: 'list', resource: 'deployments.apps', namespace: 'istio-system' },
  ]);
});
