import { describe, expect, it } from 'vitest';
import { checkEndpoints, readEndpoints, writeEndpoints } from '../../../src/istio/release-1.4/endpoints.js';
import { DryRunClient } from '../../../src/kubernetes/client/dry-run-client.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const PATH = '/api/v1/namespaces/istio-system/endpoints';
const NS = 'istio-system';
const ports = [{ name: 'as-the-chart-says', port: 1 }];
const endpoints = (name: string, ...ips: string[]) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name, namespace: NS, resourceVersion: '1' },
  subsets: [{ addresses: ips.map((ip) => ({ ip })), ports }],
});

/** A remote as istioctl leaves it: one address for each service. */
const installed = () =>
  stubCluster({
    [`${PATH}/istio-pilot`]: endpoints('istio-pilot', '10.24.0.5'),
    [`${PATH}/istio-policy`]: endpoints('istio-policy', '10.24.0.6'),
    [`${PATH}/istio-telemetry`]: endpoints('istio-telemetry', '10.24.0.7'),
  });
const ADDRESSES = { pilot: ['10.24.0.4', '10.24.0.5'], policy: ['10.24.0.6'], telemetry: ['10.24.0.8'] };

describe('writeEndpoints', () => {
  it('writes all addresses where they differ, and keeps the ports', async () => {
    const { client, objects, writes } = await installed();
    expect(await writeEndpoints(client, NS, ADDRESSES, never)).toBe(2);
    expect(writes().toSorted()).toEqual([`PATCH ${PATH}/istio-pilot`, `PATCH ${PATH}/istio-telemetry`]);
    expect(objects.get(`${PATH}/istio-pilot`)).toMatchObject({
      subsets: [{ addresses: [{ ip: '10.24.0.4' }, { ip: '10.24.0.5' }], ports }],
    });
    expect(await readEndpoints(client, NS, never)).toEqual(ADDRESSES);
    expect(await writeEndpoints(client, NS, ADDRESSES, never)).toBe(0);
  });

  it('creates what is missing, with the ports of the charts', async () => {
    const { client, objects } = await stubCluster();
    expect(await writeEndpoints(client, NS, ADDRESSES, never)).toBe(3);
    expect(objects.get(`${PATH}/istio-policy`)).toMatchObject({
      subsets: [
        {
          addresses: [{ ip: '10.24.0.6' }],
          ports: [
            { name: 'grpc-mixer', port: 9091 },
            { name: 'grpc-mixer-mtls', port: 15004 },
            { name: 'http-monitoring', port: 15014 },
          ],
        },
      ],
    });
  });

  it('never takes the last addresses away', async () => {
    const { client, writes } = await installed();
    const none = { pilot: [], policy: [], telemetry: [] };
    expect(await writeEndpoints(client, NS, none, never)).toBe(0);
    expect(writes()).toEqual([]);
  });

  it('fails for now when somebody else has written meanwhile', async () => {
    const remote = await installed();
    const stale = await stubCluster(
      Object.fromEntries(remote.objects) as Record<string, object>,
      ({ method }) => (method === 'PATCH' ? { status: 409, body: { reason: 'Conflict' } } : undefined),
    );
    expect(await failureOf(writeEndpoints(stale.client, NS, ADDRESSES, never))).toMatchObject({
      code: 'api-unavailable',
      transient: true,
    });
  });

  it('changes nothing on a plan', async () => {
    const { client, writes } = await installed();
    const plan = new DryRunClient(client);
    expect(await writeEndpoints(plan, NS, ADDRESSES, never)).toBe(2);
    expect(writes()).toEqual([]);
    expect(plan.outcomes.map(({ object, action }) => `${action} ${object.name}`).toSorted()).toEqual([
      'change istio-pilot',
      'change istio-telemetry',
    ]);
    expect(await readEndpoints(plan, NS, never)).toEqual(ADDRESSES);
  });
});

describe('checkEndpoints', () => {
  it('is content when the Endpoints are the Ready Pods, in any order', async () => {
    const { client } = await installed();
    const addresses = { pilot: ['10.24.0.5'], policy: ['10.24.0.6'], telemetry: ['10.24.0.7'] };
    await checkEndpoints(client, NS, addresses, never);
  });

  it('says what differs', async () => {
    const { client, objects } = await installed();
    objects.delete(`${PATH}/istio-telemetry`);
    expect(await failureOf(checkEndpoints(client, NS, ADDRESSES, never))).toMatchObject({
      code: 'endpoints-outdated',
      cluster: 'eu-1',
      message:
        'Endpoints in istio-system: istio-pilot has 10.24.0.5 instead of 10.24.0.4, 10.24.0.5; istio-telemetry has none instead of 10.24.0.8',
    });
  });
});
