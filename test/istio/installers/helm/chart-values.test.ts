import { describe, expect, it } from 'vitest';
import {
  primaryBaseValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from '../../../../src/istio/installers/helm/chart-values.js';
import { primaryInput, remoteInput } from '../../support/inputs.js';

const absent = { injector: 'absent' } as const;

describe('the values of the charts', () => {
  it('make a primary serve remotes, and keep its old Pods', () => {
    const values = primaryValues(primaryInput({ values: { pilot: { env: { A: 'b' } } } }), absent);
    expect(values).toEqual({
      global: {
        externalIstiod: true,
        istioNamespace: 'istio-system',
        meshID: 'shop',
        network: 'network1',
        multiCluster: { clusterName: 'hub' },
        operatorManageWebhooks: true,
      },
      pilot: { rollingMaxUnavailable: 0, env: { A: 'b', EXTERNAL_ISTIOD: 'true' } },
    });
  });

  it('name a profile only where charts know it', () => {
    expect(primaryValues(primaryInput({ profile: 'demo' }), absent).profile).toBe('demo');
    expect(primaryBaseValues(primaryInput({ profile: 'default' }), 'default').profile).toBeUndefined();
  });

  it('give a remote no address of istiod', () => {
    expect(remoteValues(remoteInput({ revision: 'canary' }), 'eu-1', absent)).toMatchObject({
      profile: 'remote',
      revision: 'canary',
      defaultRevision: '',
      global: { remotePilotAddress: '' },
      istiodRemote: { injectionPath: '/inject/cluster/eu-1/net/network1' },
    });
  });

  it('have the CA of the mesh in the injector from its first moment', () => {
    const values = remoteValues(remoteInput(), 'eu-1', { injector: 'present', root: 'PEM' });
    expect(values).toMatchObject({
      global: { operatorManageWebhooks: false },
      istiodRemote: { injectionCABundle: Buffer.from('PEM').toString('base64') },
    });
  });

  it('are the same for the base of every remote', () => {
    expect(remoteBaseValues(remoteInput({ cluster: 'eu-1' }))).toEqual(
      remoteBaseValues(remoteInput({ cluster: 'eu-2' })),
    );
  });
});
