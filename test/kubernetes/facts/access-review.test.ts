import { expect, test } from 'vitest';
import { type AccessRight, findMissingRights } from '../../../src/kubernetes/facts/access-review.js';
import { clientOf, startStubApiServer } from '../support/stub-api-server.js';

interface Asked {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

const RIGHTS: readonly AccessRight[] = [
  { verb: 'get', resource: 'namespaces' },
  { verb: 'patch', resource: 'namespaces' },
  { verb: 'list', resource: 'deployments.apps', namespace: 'istio-system' },
];

/** An API server whose user may do what `may` says; and the questions that it was asked. */
async function review(may: (asked: Asked) => boolean) {
  const asked: Asked[] = [];
  const server = await startStubApiServer(({ body }) => {
    const question = JSON.parse(body).spec.resourceAttributes as Asked;
    asked.push(question);
    return { status: { allowed: may(question) } };
  });
  return { missing: await findMissingRights(await clientOf(server.url), RIGHTS), asked };
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
