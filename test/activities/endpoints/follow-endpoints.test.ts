import { expect, test, vi } from 'vitest';
import { followEndpoints } from '../../../activities/endpoints/follow-endpoints.js';
import { refuse } from '../../kubernetes/support/stub-api-server.js';
import { stubMesh, writesTo } from '../stub-mesh.js';
import { activityEnvironment, failureOf } from '../support.js';

const INPUT = {
  mesh: 'shop',
  primary: 'hub',
  istioNamespace: 'istio-system',
  revision: 'default',
  release: '1.31',
  installer: 'istioctl',
} as const;
const LONG = { startToCloseTimeoutMs: 600_000, scheduleToCloseTimeoutMs: 600_000 };

test('points an attached remote at the Pods of istiod whenever they move, for as long as it may', async () => {
  const mesh = await stubMesh(['10.1.0.5']);
  const attempt = activityEnvironment(LONG);
  const following = failureOf(attempt.run(followEndpoints(mesh.dependencies), INPUT)).catch(
    () => 'cancelled',
  );
  await vi.waitFor(() => expect(mesh.remote.requests.length).toBeGreaterThan(0), { timeout: 10_000 });
  expect(writesTo(mesh.remote)).toEqual([]);
  for (const pods of [['10.1.0.5', '10.1.0.6'], ['10.1.0.6']]) {
    mesh.pods = pods;
    await vi.waitFor(() => expect(mesh.endpoints()).toEqual(pods), { timeout: 10_000 });
  }
  // Without a Ready Pod a remote keeps the addresses that it has.
  mesh.pods = [];
  const asked = mesh.primary.requests.length;
  await vi.waitFor(() => expect(mesh.primary.requests.length).toBeGreaterThan(asked + 2), {
    timeout: 10_000,
  });
  expect(mesh.endpoints()).toEqual(['10.1.0.6']);
  attempt.cancel();
  expect(await following).toBe('cancelled');
});

test('tries again what fails, and says so in its heartbeat', async () => {
  const mesh = await stubMesh(['10.1.0.5']);
  const { answer } = mesh.remote;
  let isDown = true;
  mesh.remote.answer = (request, response) => (isDown ? refuse(response, 503) : answer(request, response));
  mesh.pods = ['10.1.0.6'];
  const attempt = activityEnvironment({ ...LONG, heartbeatTimeoutMs: 300 });
  const beats: string[] = [];
  attempt.on('heartbeat', ({ detail }: { detail: string }) => beats.push(detail));
  const following = failureOf(attempt.run(followEndpoints(mesh.dependencies), INPUT)).catch(
    () => 'cancelled',
  );
  await vi.waitFor(() => expect(beats.at(-1)).toContain('not pointed there: eu-1 (api-unavailable)'), {
    timeout: 20_000,
  });
  isDown = false;
  await vi.waitFor(() => expect(mesh.endpoints()).toEqual(['10.1.0.6']), { timeout: 20_000 });
  attempt.cancel();
  await following;
});

test('leaves a remote alone that somebody else points somewhere, or that another primary leads', async () => {
  const mesh = await stubMesh(['10.1.0.5']);
  const { answer } = mesh.remote;
  mesh.remote.answer = (request, response) =>
    request.path === '/api/v1/namespaces/istio-system'
      ? {
          metadata: {
            name: 'istio-system',
            annotations: { 'topology.istio.io/controlPlaneClusters': 'other' },
          },
        }
      : answer(request, response);
  mesh.pods = ['10.1.0.6'];
  const attempt = activityEnvironment(LONG);
  const following = failureOf(attempt.run(followEndpoints(mesh.dependencies), INPUT)).catch(
    () => 'cancelled',
  );
  await vi.waitFor(() => expect(mesh.remote.requests.length).toBeGreaterThan(1), { timeout: 10_000 });
  const asked = mesh.primary.requests.length;
  await vi.waitFor(() => expect(mesh.primary.requests.length).toBeGreaterThan(asked + 2), {
    timeout: 10_000,
  });
  expect(writesTo(mesh.remote)).toEqual([]);
  attempt.cancel();
  await following;
});

test('is handed over when the worker stops', async () => {
  const mesh = await stubMesh(['10.1.0.5']);
  const stopping = { ...mesh.dependencies, isStopping: () => true };
  const failure = await failureOf(activityEnvironment(LONG).run(followEndpoints(stopping), INPUT));
  expect(failure).toMatchObject({ type: 'endpoints-handed-over', nonRetryable: false });
});
