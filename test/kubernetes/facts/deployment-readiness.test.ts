import { describe, expect, test } from 'vitest';
import {
  type Deployment,
  readDeploymentReadiness,
  rolloutProgress,
} from '../../../src/kubernetes/facts/deployment-readiness.js';
import { clientOf, refuse, startStubApiServer } from '../support/stub-api-server.js';

function deployment(status: Deployment['status'], spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'istiod', namespace: 'istio-system', generation: 2 },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'istiod', 'istio.io/rev': 'default' } },
      template: {},
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

const READY = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 };

describe('rolloutProgress', () => {
  test.each([
    ['ready', READY, undefined],
    ['new', undefined, 'has not been processed'],
    ['changed since', { ...READY, observedGeneration: 1 }, 'has not been processed'],
    ['half updated', { ...READY, updatedReplicas: 1 }, '1 of 2 replicas'],
    ['with old Pods', { ...READY, replicas: 3 }, '1 replicas of an older version'],
    ['not ready', { ...READY, readyReplicas: 0 }, '0 of 2 replicas'],
  ])('%s', (_, status, words) => {
    const progress = rolloutProgress(deployment(status));
    words === undefined ? expect(progress).toBeUndefined() : expect(progress).toContain(words);
  });

  test('scaled to nothing is rolled out', () => {
    expect(rolloutProgress(deployment({ observedGeneration: 2 }, { replicas: 0 }))).toBeUndefined();
  });
});

/** A cluster with that Deployment and those Pods. */
async function readiness(object: Deployment | undefined, pods: readonly object[]) {
  const server = await startStubApiServer(({ path }, response) => {
    if (path.includes('/pods')) return { items: pods };
    return object ?? refuse(response, 404, { reason: 'NotFound' });
  });
  const result = await readDeploymentReadiness(await clientOf(server.url), 'istio-system', 'istiod');
  return { result, requests: server.requests };
}

test('a Deployment that is ready costs one request', async () => {
  const { result, requests } = await readiness(deployment(READY), []);
  expect(result).toEqual({ ready: true });
  expect(requests).toHaveLength(1);
});

test('a missing Deployment says so', async () => {
  const { result } = await readiness(undefined, []);
  expect(result).toEqual({ ready: false, reason: 'Deployment istio-system/istiod does not exist' });
});

describe('the reason comes from', () => {
  const waiting = { ...READY, readyReplicas: 0 };
  const container = (state: object, more: object = {}) => ({
    metadata: { name: 'istiod-1' },
    status: { phase: 'Pending', containerStatuses: [{ name: 'discovery', ready: false, state, ...more }] },
  });
  const conditions = (...list: object[]) => ({
    metadata: { name: 'istiod-1' },
    status: { phase: 'Pending', conditions: list },
  });
  const READY_POD = {
    metadata: { name: 'istiod-0' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };

  test.each([
    [
      'an image that cannot be pulled',
      container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } }),
      'Pod istiod-1: discovery ImagePullBackOff: Back-off pulling image "x"',
    ],
    [
      'a container that crashes again and again',
      container(
        { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
        { lastState: { terminated: { exitCode: 255, reason: 'Error' } }, restartCount: 7 },
      ),
      'Pod istiod-1: discovery CrashLoopBackOff: back-off 5m0s, last exit code 255 (Error)',
    ],
    [
      'a container that has just ended',
      container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
      'Pod istiod-1: discovery ended with exit code 137 (OOMKilled)',
    ],
    [
      'a scheduler without room',
      conditions({
        type: 'PodScheduled',
        status: 'False',
        message: '0/3 nodes are available: insufficient cpu',
      }),
      'Pod istiod-1: 0/3 nodes are available: insufficient cpu',
    ],
    [
      'a readiness probe',
      conditions({ type: 'Ready', status: 'False', message: 'containers with unready status: [discovery]' }),
      'Pod istiod-1: containers with unready status: [discovery]',
    ],
    [
      'nothing better than the phase',
      { metadata: { name: 'istiod-1' }, status: { phase: 'Unknown' } },
      'Pod istiod-1: phase Unknown',
    ],
  ])('%s', async (_, pod, words) => {
    const { result, requests } = await readiness(deployment(waiting), [READY_POD, pod]);
    expect(result).toEqual({
      ready: false,
      reason: `0 of 2 replicas of istio-system/istiod are ready: ${words}`,
    });
    expect(new URL(requests[1]?.path ?? '', 'http://x').searchParams.get('labelSelector')).toBe(
      'app=istiod,istio.io/rev=default',
    );
  });

  test('a quota, which lets no Pod be made', async () => {
    const message = 'pods "istiod-1" is forbidden: exceeded quota';
    const status = { ...waiting, conditions: [{ type: 'ReplicaFailure', status: 'True', message }] };
    const { result } = await readiness(deployment(status), []);
    expect(result).toMatchObject({ reason: expect.stringContaining(message) });
  });

  test('there being no Pod yet', async () => {
    const { result } = await readiness(deployment(waiting), []);
    expect(result).toMatchObject({ reason: expect.stringContaining('it has no Pod yet') });
  });
});
