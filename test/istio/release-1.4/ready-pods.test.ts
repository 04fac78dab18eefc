import { expect, it } from 'vitest';
import { addressesOf, readReadyPods } from '../../../src/istio/release-1.4/ready-pods.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const PODS = '/api/v1/namespaces/istio-system/pods';
const LABELS = {
  pilot: { istio: 'pilot' },
  policy: { istio: 'mixer', 'istio-mixer-type': 'policy' },
  telemetry: { istio: 'mixer', 'istio-mixer-type': 'telemetry' },
};

/** A Pod as an entry of the stub. */
function pod(part: keyof typeof LABELS, podIP: string, ready = 'True', metadata: object = {}) {
  const name = `istio-${part}-${podIP.replaceAll('.', '-')}`;
  const status = { podIP, conditions: [{ type: 'Ready', status: ready }] };
  return [`${PODS}/${name}`, { metadata: { name, labels: LABELS[part], ...metadata }, status }] as const;
}

it('returns all Ready Pods of the three services, sorted by address', async () => {
  const { client } = await stubCluster(
    Object.fromEntries([
      pod('pilot', '10.24.0.5'),
      pod('pilot', '10.24.0.4'),
      pod('pilot', '10.24.0.3', 'False'),
      pod('pilot', '10.24.0.2', 'True', { deletionTimestamp: '2026-11-27T10:00:00Z' }),
      pod('policy', '10.24.0.6'),
      pod('telemetry', '10.24.0.7'),
    ]),
  );
  const pods = await readReadyPods(client, 'istio-system', never);
  expect(addressesOf(pods)).toEqual({
    pilot: ['10.24.0.4', '10.24.0.5'],
    policy: ['10.24.0.6'],
    telemetry: ['10.24.0.7'],
  });
  expect(pods.pilot.map(({ name }) => name)).toEqual(['istio-pilot-10-24-0-4', 'istio-pilot-10-24-0-5']);
});

it('says which services have no Ready Pod', async () => {
  const { client } = await stubCluster(
    Object.fromEntries([pod('pilot', '10.24.0.5'), pod('telemetry', '10.24.0.7', 'False')]),
  );
  expect(await failureOf(readReadyPods(client, 'istio-system', never))).toMatchObject({
    code: 'no-ready-endpoint',
    transient: true,
    message:
      'namespace istio-system of the primary has no Ready Pod of policy (istio-mixer-type=policy, there is none), telemetry (istio-mixer-type=telemetry, 1 are not ready)',
  });
});
