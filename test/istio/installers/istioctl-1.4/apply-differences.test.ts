import { expect, it } from 'vitest';
import { applyDifferences } from '../../../../src/istio/installers/istioctl-1.4/apply-differences.js';
import { primaryCommand } from '../../../../src/istio/installers/istioctl-1.4/command-lines.js';
import { Istioctl14 } from '../../../../src/istio/installers/istioctl-1.4/tool.js';
import { failureOf } from '../../../kubernetes/support/failure-of.js';
import { COMPLETE, fakeTools } from '../../support/fake-istioctl-14.js';
import { stubCluster } from '../../support/stub-cluster.js';

const signal = new AbortController().signal;
const LINE = primaryCommand({ profile: 'default', istioNamespace: 'istio-system', values: {} });
const PATH = '/api/v1/namespaces/istio-system';
const namespace = (label: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'istio-system', labels: { a: label } },
});
const MANIFESTS = [namespace('x')];

/** Tools whose apply stores a namespace in the cluster. */
async function setUp(live: object | undefined, applied: object | undefined) {
  const cluster = await stubCluster(live === undefined ? {} : { [PATH]: live });
  const { paths, calls } = await fakeTools({ apply: COMPLETE });
  const tool = new Istioctl14(paths);
  const apply = tool.apply.bind(tool);
  tool.apply = async (...args) => {
    await apply(...args);
    if (applied !== undefined) cluster.objects.set(PATH, applied);
  };
  return { calls, run: () => applyDifferences(tool, LINE, cluster.client, MANIFESTS, { signal }) };
}

it('runs nothing where nothing differs', async () => {
  const { run, calls } = await setUp(namespace('x'), undefined);
  expect(await run()).toEqual([]);
  expect(await calls()).toEqual([]);
});

it('returns what differed', async () => {
  const { run, calls } = await setUp(namespace('old'), namespace('x'));
  expect(await run()).toMatchObject([
    { action: 'change', what: 'Namespace istio-system: metadata.labels.a' },
  ]);
  expect(await calls()).toHaveLength(1);
});

it('is tried again where something is still missing', async () => {
  const { run } = await setUp(undefined, undefined);
  expect(await failureOf(run())).toMatchObject({
    code: 'api-unavailable',
    cluster: 'eu-1',
    message: expect.stringContaining('still differs: Namespace istio-system does not exist'),
  });
});

it('asks a person where somebody else sets another value again', async () => {
  const { run } = await setUp(undefined, namespace('of somebody else'));
  expect(await failureOf(run())).toMatchObject({
    code: 'field-conflict',
    message: expect.stringContaining('still differs: Namespace istio-system: metadata.labels.a'),
  });
});
