import { describe, expect, it } from 'vitest';
import { findDifferences } from '../../../../src/istio/installers/istioctl-1.4/differences.js';
import type { KubernetesObject } from '../../../../src/kubernetes/client/objects.js';
import { failureOf } from '../../../kubernetes/support/failure-of.js';
import { stubCluster } from '../../support/stub-cluster.js';

const never = new AbortController().signal;
const NS = 'istio-system';

type Any = KubernetesObject & Readonly<Record<string, unknown>>;
const object = (kind: string, name: string, fields: object, apiVersion = 'v1'): Any => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NS },
  ...fields,
});

const WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1beta1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'istio-sidecar-injector' },
  webhooks: [{ name: 'sidecar-injector.istio.io', clientConfig: { caBundle: '', service: { name: 'i' } } }],
};
const WEBHOOK_PATH =
  '/apis/admissionregistration.k8s.io/v1beta1/mutatingwebhookconfigurations/istio-sidecar-injector';
const ENDPOINTS = object('Endpoints', 'istio-pilot', { subsets: [{ addresses: [{ ip: '0.0.0.0' }] }] });
const ENDPOINTS_PATH = `/api/v1/namespaces/${NS}/endpoints/istio-pilot`;
const values = (address: string, clusterName = 'eu-1') =>
  JSON.stringify({ global: { remotePilotAddress: address, multiCluster: { clusterName } } });
const INJECTOR = object('ConfigMap', 'istio-sidecar-injector', {
  data: { config: 'c', values: values('0.0.0.0') },
});
const INJECTOR_PATH = `/api/v1/namespaces/${NS}/configmaps/istio-sidecar-injector`;
const DEPLOYMENT = object('Deployment', 'istio-telemetry', { spec: { replicas: 1 } }, 'apps/v1');
const DEPLOYMENT_PATH = `/apis/apps/v1/namespaces/${NS}/deployments/istio-telemetry`;

const differ = async (manifests: readonly Any[], objects: Record<string, object>) => {
  const { client } = await stubCluster(objects);
  return (await findDifferences(client, manifests, never)).map(({ action, what }) => `${action}: ${what}`);
};

describe('findDifferences', () => {
  it('names what does not exist, and the first field that differs', async () => {
    const manifests = [
      object('ServiceAccount', 'a', {}),
      object('Service', 'b', { spec: { clusterIP: 'None', ports: [{ port: 15010 }] } }),
    ];
    const live = {
      [`/api/v1/namespaces/${NS}/services/b`]: { spec: { clusterIP: 'None', ports: [{ port: 1 }] } },
    };
    expect(await differ(manifests, live)).toEqual([
      'create: ServiceAccount istio-system/a does not exist',
      // The stub keeps no metadata.
      'change: Service istio-system/b: metadata',
    ]);
    const complete = { ...manifests[1], spec: { clusterIP: 'None', ports: [{ port: 1 }] } };
    expect(await differ(manifests.slice(1), { [`/api/v1/namespaces/${NS}/services/b`]: complete })).toEqual([
      'change: Service istio-system/b: spec.ports[0].port',
    ]);
  });

  it.each([
    [
      'the CA that the injector has written',
      WEBHOOK as Any,
      WEBHOOK_PATH,
      {
        ...WEBHOOK,
        webhooks: [
          {
            name: 'sidecar-injector.istio.io',
            clientConfig: { caBundle: 'Q0E=', service: { name: 'i' } },
            sideEffects: 'None',
          },
        ],
      },
    ],
    [
      'the addresses that the rollout has written',
      ENDPOINTS,
      ENDPOINTS_PATH,
      { ...ENDPOINTS, subsets: [{ addresses: [{ ip: '10.24.0.5' }, { ip: '10.24.0.6' }] }] },
    ],
    ['Endpoints without an address', ENDPOINTS, ENDPOINTS_PATH, { ...ENDPOINTS, subsets: null }],
    [
      'the addresses of the first installation',
      INJECTOR,
      INJECTOR_PATH,
      { ...INJECTOR, data: { config: 'c', values: values('10.24.0.5') } },
    ],
    [
      'what others have added',
      DEPLOYMENT,
      DEPLOYMENT_PATH,
      { ...DEPLOYMENT, metadata: { ...DEPLOYMENT.metadata, labels: { a: 'b' } }, status: {} },
    ],
  ])('does not count %s', async (_, manifest, path, live) => {
    expect(await differ([manifest], { [path]: live })).toEqual([]);
  });

  it.each([
    [
      'another name of the cluster',
      INJECTOR,
      INJECTOR_PATH,
      { ...INJECTOR, data: { config: 'c', values: values('10.24.0.5', 'Kubernetes') } },
      'ConfigMap istio-system/istio-sidecar-injector: data.values.global.multiCluster.clusterName',
    ],
    [
      'values that are no JSON',
      INJECTOR,
      INJECTOR_PATH,
      { ...INJECTOR, data: { config: 'c', values: '{' } },
      'ConfigMap istio-system/istio-sidecar-injector: data.values',
    ],
    [
      'another service of the webhook',
      WEBHOOK as Any,
      WEBHOOK_PATH,
      {
        ...WEBHOOK,
        webhooks: [{ name: 'sidecar-injector.istio.io', clientConfig: { service: { name: 'x' } } }],
      },
      'MutatingWebhookConfiguration istio-sidecar-injector: webhooks[0].clientConfig.service.name',
    ],
    [
      'other replicas',
      DEPLOYMENT,
      DEPLOYMENT_PATH,
      { ...DEPLOYMENT, spec: { replicas: 3 } },
      'Deployment istio-system/istio-telemetry: spec.replicas',
    ],
  ])('counts %s', async (_, manifest, path, live, what) => {
    expect(await differ([manifest], { [path]: live })).toEqual([`change: ${what}`]);
  });

  it('leaves replicas to an autoscaler', async () => {
    const scaler = object(
      'HorizontalPodAutoscaler',
      'istio-telemetry',
      { spec: { scaleTargetRef: { name: 'istio-telemetry' } } },
      'autoscaling/v2beta1',
    );
    const scalerPath = `/apis/autoscaling/v2beta1/namespaces/${NS}/horizontalpodautoscalers/istio-telemetry`;
    const live = { [scalerPath]: scaler, [DEPLOYMENT_PATH]: { ...DEPLOYMENT, spec: { replicas: 3 } } };
    expect(await differ([scaler, DEPLOYMENT], live)).toEqual([]);
  });

  it('takes a custom resource without its CRD for one that does not exist', async () => {
    const sidecar = object('Sidecar', 'default', {}, 'networking.istio.io/v1alpha3');
    expect(await differ([sidecar], {})).toEqual(['create: Sidecar istio-system/default does not exist']);
  });

  it('fails when the cluster does not answer', async () => {
    const { client } = await stubCluster({}, () => ({ status: 503, body: {} }));
    expect(await failureOf(findDifferences(client, [DEPLOYMENT], never))).toMatchObject({
      code: 'api-unavailable',
    });
  });
});
