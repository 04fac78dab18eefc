import { expect, test } from 'vitest';
import { resolve } from '../../../activities/checks/resolve.js';
import { Clusters } from '../../../src/kubernetes/connection/clusters.js';
import { dependenciesOn, failureOf, run } from '../support.js';

const CLUSTERS = ['hub', 'eu-1', 'us-1'].map((name) => ({ name, kubeconfig: `${name}.yaml` }));
const DOCUMENT = {
  mesh: 'shop',
  release: '1.31',
  primary: { cluster: 'hub' },
  remotes: [{ cluster: 'eu-1' }],
};

const attempt = async (document: unknown, workflowId = 'mesh/shop') =>
  run(resolve(await dependenciesOn(CLUSTERS)), { document, workflowId });

test('a good document becomes binding; kubeconfigs are not looked at', async () => {
  expect(await attempt(DOCUMENT)).toMatchObject({
    mesh: 'shop',
    primary: { cluster: 'hub' },
    remotes: [{ cluster: 'eu-1' }],
    waves: [{ clusters: ['eu-1'] }],
  });
});

test('a bad document fails for good, with every problem in the message, a line each, and in the details', async () => {
  const failure = await failureOf(
    attempt({ ...DOCUMENT, mesh: 'Shop!', remotes: [{ cluster: 'nope' }], colour: 'red' }),
  );
  expect(failure).toMatchObject({ type: 'document-invalid', nonRetryable: true });
  const lines = failure.message.split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(3);
  const [detail] = failure.details as { code: string; problems: { path: string; message: string }[] }[];
  expect(detail?.code).toBe('document-invalid');
  expect(lines).toEqual(
    detail?.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
  );
  for (const path of ['mesh', 'remotes[0].cluster', 'colour']) expect(failure.message).toContain(path);
});

test.each([undefined, null, 'text', [], 7])('%j is no document', async (document) => {
  expect(await failureOf(attempt(document))).toMatchObject({ type: 'document-invalid', nonRetryable: true });
});

test('under another workflow ID the lock would not hold: the right command is told', async () => {
  const failure = await failureOf(attempt(DOCUMENT, 'my-rollout'));
  expect(failure).toMatchObject({ type: 'workflow-id-wrong', nonRetryable: true });
  expect(failure.message).toContain(
    'temporal workflow start --type rollout --task-queue mesh-rollout --workflow-id mesh/shop --input-file',
  );
});

test('an inventory that is not valid is told as such', async () => {
  const dependencies = await dependenciesOn(CLUSTERS);
  const path = '/dev/null/none';
  const failing = { ...dependencies, clusters: new Clusters(path) };
  const failure = await failureOf(run(resolve(failing), { document: DOCUMENT, workflowId: 'mesh/shop' }));
  expect(failure).toMatchObject({ type: 'inventory-invalid', nonRetryable: true });
  expect(failure.message).toContain(path);
});

test('the inventory is read anew for every rollout', async () => {
  const dependencies = await dependenciesOn(CLUSTERS);
  await run(resolve(dependencies), { document: DOCUMENT, workflowId: 'mesh/shop' });
  const more = await dependenciesOn([...CLUSTERS, { name: 'asia-1', kubeconfig: 'a' }]);
  const document = { ...DOCUMENT, remotes: [{ cluster: 'asia-1' }] };
  expect(await failureOf(run(resolve(dependencies), { document, workflowId: 'mesh/shop' }))).toMatchObject({
    type: 'document-invalid',
  });
  expect(await run(resolve(more), { document, workflowId: 'mesh/shop' })).toMatchObject({ mesh: 'shop' });
});
