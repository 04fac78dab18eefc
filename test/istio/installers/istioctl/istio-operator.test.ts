import { describe, expect, it } from 'vitest';
import {
  defaultTagOperator,
  primaryOperator,
  remoteOperator,
} from '../../../../src/istio/installers/istioctl/istio-operator.js';
import { primaryInput, remoteInput } from '../../support/inputs.js';

describe('primaryOperator', () => {
  it('makes istiod lead in remotes, and names mesh, network and cluster', () => {
    expect(primaryOperator(primaryInput())).toEqual({
      apiVersion: 'install.istio.io/v1alpha1',
      kind: 'IstioOperator',
      spec: {
        profile: 'minimal',
        values: {
          global: {
            istioNamespace: 'istio-system',
            meshID: 'shop',
            network: 'network1',
            multiCluster: { clusterName: 'hub' },
            externalIstiod: true,
          },
          pilot: { env: { EXTERNAL_ISTIOD: 'true' }, rollingMaxUnavailable: 0 },
        },
      },
    });
  });

  it('keeps the user’s values beside its own, and wins where they meet', () => {
    const values = { global: { logAsJson: true, externalIstiod: false }, pilot: { env: { A: 'b' } } };
    expect(primaryOperator(primaryInput({ values })).spec.values).toMatchObject({
      global: { logAsJson: true, externalIstiod: true },
      pilot: { env: { A: 'b', EXTERNAL_ISTIOD: 'true' } },
    });
  });

  it('lets no Pod of istiod go before another one is there, unless the user says otherwise', () => {
    const values = { pilot: { rollingMaxUnavailable: '50%' } };
    expect(primaryOperator(primaryInput({ values })).spec.values).toMatchObject(values);
  });

  it('names a revision other than the default one', () => {
    expect(primaryOperator(primaryInput({ revision: 'canary' })).spec.values.revision).toBe('canary');
    expect(primaryOperator(primaryInput()).spec.values).not.toHaveProperty('revision');
  });
});

describe('remoteOperator', () => {
  it('points to the control plane and tells the injector who the remote is', () => {
    const operator = remoteOperator(remoteInput(), { cluster: 'eu-1', address: '10.1.0.1' });
    expect(operator.spec).toEqual({
      profile: 'remote',
      values: {
        profile: 'remote',
        defaultRevision: '',
        global: {
          istioNamespace: 'istio-system',
          meshID: 'shop',
          network: 'network1',
          multiCluster: { clusterName: 'eu-1' },
          remotePilotAddress: '10.1.0.1',
        },
        istiodRemote: { injectionPath: '/inject/cluster/eu-1/net/network1' },
      },
    });
  });
});

describe('defaultTagOperator', () => {
  it('renders the tag with the values that shape its webhook, and no others', () => {
    const values = {
      sidecarInjectorWebhook: { enableNamespacesByDefault: true },
      pilot: { replicaCount: 3 },
    };
    expect(defaultTagOperator(primaryInput({ values, revision: 'canary' })).spec).toEqual({
      profile: 'empty',
      components: { base: { enabled: true }, pilot: { enabled: true } },
      values: {
        sidecarInjectorWebhook: { enableNamespacesByDefault: true },
        revision: 'canary',
        revisionTags: ['default'],
        defaultRevision: 'canary',
        global: { istioNamespace: 'istio-system' },
      },
    });
  });
});
