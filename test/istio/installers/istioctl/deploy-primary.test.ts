import { expect, test } from 'vitest';
import { createActivities } from '../../../../activities/index.js';
import { dependenciesOn, failureOf, run } from '../../../activities/support.js';
import { refuse, startStubApiServer, writeKubeconfig } from '../../../kubernetes/support/stub-api-server.js';
import { fakeIstioctl, print } from '../../support/fake-istioctl.js';
import { primaryInput } from '../../support/inputs.js';

/** What istioctl renders here: the Deployment, and the webhook that must not come before it is ready. */
const RENDERED = `apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system, labels: {helm.sh/chart: istiod-1.0.0}}
spec: {replicas: 1, selector: {matchLabels: {app: istiod}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-sidecar-injector, labels: {helm.sh/chart: istiod-1.0.0}}
webhooks: [{name: a, clientConfig: {service: {name: istiod, namespace: istio-system}}}]
---`;

const DEPLOYMENT = {
  metadata: { name: 'istiod', namespace: 'istio-system', uid: 'u-1', resourceVersion: '7', generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: { app: 'istiod' } } },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 0 },
};
const NOT_PULLED = {
  metadata: { name: 'istiod-1' },
  status: {
    phase: 'Pending',
    containerStatuses: [
      {
        name: 'discovery',
        ready: false,
        state: { waiting: { reason: 'ImagePullBackOff', message: 'no image' } },
      },
    ],
  },
};

test('an istiod that does not become ready is waited for, with the reason, and no webhook is written', async () => {
  const server = await startStubApiServer(({ path }, response) => {
    if (path.includes('/deployments/istiod')) return DEPLOYMENT;
    if (path.includes('/pods?')) return { items: [NOT_PULLED] };
    if (path.includes('labelSelector=')) return { items: [] };
    if (path.includes('/namespaces/istio-system?')) return { metadata: { name: 'istio-system', uid: 'u-2' } };
    return refuse(response, 404, { reason: 'NotFound' });
  });
  const istioctl = await fakeIstioctl(print(RENDERED));
  const clusters = [{ name: 'hub', kubeconfig: await writeKubeconfig(server.url, { token: 't' }) }];
  const dependencies = await dependenciesOn(clusters, istioctl.path);
  const failure = await failureOf(
    run(createActivities(dependencies).deployPrimary, primaryInput(), { startToCloseTimeoutMs: 8_000 }),
  );
  expect(failure, failure.message).toMatchObject({ type: 'control-plane-not-ready', nonRetryable: false });
  expect(failure.message).toBe(
    'hub: 0 of 1 replicas of istio-system/istiod are ready: Pod istiod-1: discovery ImagePullBackOff: no image',
  );
  const written = server.requests.flatMap(({ method, path }) =>
    method === 'GET' ? [] : [path.split('?')[0]],
  );
  expect(written).toContain('/apis/apps/v1/namespaces/istio-system/deployments/istiod');
  expect(written.filter((path) => path?.includes('webhookconfigurations'))).toEqual([]);
});
