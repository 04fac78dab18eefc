import { describe, expect, it } from 'vitest';
import {
  injectorsOf,
  phaseBeforeActivation,
  removeDefaultTag,
  removeInjectors,
} from '../../../../src/istio/installers/helm/injector.js';
import { clientOf } from '../../../kubernetes/support/stub-api-server.js';
import { startStubCluster } from './support/stub-cluster.js';

const signal = new AbortController().signal;
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const SERVICE = '/api/v1/namespaces/istio-system/services/istiod-revision-tag-default';
const kind = 'MutatingWebhookConfiguration';
const injector = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  name: 'istio-sidecar-injector',
  json: '{}',
};

describe('injectorsOf', () => {
  it('returns the webhooks that inject of a release', () => {
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'values', json: '{}' };
    const wanted = { objects: [other, injector] } as unknown as Parameters<typeof injectorsOf>[0];
    expect(injectorsOf(wanted)).toEqual([{ ...injector, component: 'Pilot' }]);
  });
});

describe('phaseBeforeActivation', () => {
  it('leaves an injector on that works', () => {
    expect(phaseBeforeActivation(true, 'PEM')).toEqual({ injector: 'present', root: 'PEM' });
    expect(phaseBeforeActivation(false, 'PEM')).toEqual({ injector: 'absent' });
  });
});

describe('removeInjectors', () => {
  it('deletes those that are there', async () => {
    const cluster = await startStubCluster({ [`${WEBHOOKS}/istio-sidecar-injector`]: { metadata: {} } });
    const client = await clientOf(cluster.url);
    const injectors = [injector, { ...injector, name: 'other' }].map((each) => ({
      ...each,
      component: 'Pilot' as const,
    }));
    expect(await removeInjectors(client, injectors, signal)).toBe(1);
    expect(cluster.deleted).toEqual([`${WEBHOOKS}/istio-sidecar-injector`]);
  });
});

describe('removeDefaultTag', () => {
  const tag = { metadata: { name: 'istio-revision-tag-default', labels: { 'istio.io/rev': 'default' } } };
  const plane = (revision: string) => ({ revision, istioNamespace: 'istio-system' });

  async function clusterWithTag() {
    const cluster = await startStubCluster({
      [WEBHOOKS]: { kind: 'List', metadata: {}, items: [tag] },
      [`${WEBHOOKS}/${tag.metadata.name}`]: tag,
      [SERVICE]: { metadata: {} },
    });
    return { cluster, client: await clientOf(cluster.url) };
  }

  it("removes the revision's tag", async () => {
    const { cluster, client } = await clusterWithTag();
    expect(await removeDefaultTag(client, plane('default'), signal)).toBe(2);
    expect(cluster.deleted).toEqual([`${WEBHOOKS}/${tag.metadata.name}`, SERVICE]);
  });

  it('leaves the tag of another revision alone', async () => {
    const { cluster, client } = await clusterWithTag();
    expect(await removeDefaultTag(client, plane('canary'), signal)).toBe(0);
    expect(cluster.deleted).toEqual([]);
  });
});
