import { expect, test } from 'vitest';
import { valuesProblems } from '../../../src/rollout/document/document-values.js';

const problemsOf = (document: object) =>
  valuesProblems(document).map(({ path, message }) => `${path}: ${message}`);
const ofEnvironment = (name: string, value: unknown) =>
  problemsOf({ values: { pilot: { env: { [name]: value } } } });

test.each([false, 'false', 'False', 'F', '0', 0])(
  'debug pages that are switched off by %j are refused',
  (value) => {
    expect(ofEnvironment('ENABLE_DEBUG_ON_HTTP', value)).toEqual([
      'values.pilot.env.ENABLE_DEBUG_ON_HTTP: must not be false: only the debug pages of istiod say whether it has synced with a remote',
    ]);
  },
);

test.each([
  ['ENABLE_DEBUG_ON_HTTP', true],
  ['ENABLE_DEBUG_ON_HTTP', 'no boolean, so that Istio takes its default'],
  ['ENABLE_CLUSTER_TRUST_BUNDLE_API', 'false'],
  ['PILOT_CA_CERT_CONFIGMAP', 'istio-ca-root-cert'],
  ['PILOT_CERT_PROVIDER', 'istiod'],
  ['PILOT_CERT_PROVIDER', 'k8s.io/our-signer'],
  ['PILOT_MULTICLUSTER_KUBECONFIG_PATH', ''],
  ['ISTIO_WATCH_NAMESPACE', ''],
  ['INJECTION_WEBHOOK_CONFIG_NAME', 'istio-sidecar-injector'],
  ['INJECT_ENABLED', true],
  ['INJECT_ENABLED', null],
  ['ENABLE_DEBUG_ENDPOINT_AUTH', false],
])('%s: %j leaves every proof possible', (name, value) => {
  expect(ofEnvironment(name, value)).toEqual([]);
});

test('the value counts wherever Istio reads it for istiod, and nowhere else', () => {
  const env = { ENABLE_DEBUG_ON_HTTP: 'false' };
  const document = {
    values: { env, cni: { env } },
    primary: { values: { pilot: { env } } },
    remotes: [{ cluster: 'eu-1', values: { pilot: { env } } }],
  };
  expect(valuesProblems(document).map(({ path }) => path)).toEqual([
    'values.env.ENABLE_DEBUG_ON_HTTP',
    'primary.values.pilot.env.ENABLE_DEBUG_ON_HTTP',
  ]);
});
