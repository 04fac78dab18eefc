import { describe, expect, it } from 'vitest';
import {
  type IstiodPod,
  isToRun,
  istiodEnvironment,
  mountedSecrets,
} from '../../../lab/istiod/istiod-pod.js';

const pod: IstiodPod = {
  metadata: { name: 'istiod-1', namespace: 'istio-system', uid: 'u' },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'istiod',
    containers: [
      {
        name: 'discovery',
        image: 'pilot',
        env: [
          { name: 'CLUSTER_ID', value: 'primary' },
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'SERVICE_ACCOUNT', valueFrom: { fieldRef: { fieldPath: 'spec.serviceAccountName' } } },
          { name: 'GOMAXPROCS', valueFrom: {} },
          { name: 'PLATFORM', value: '' },
          { name: 'KUBECONFIG', value: '/var/run/secrets/remote/config' },
        ],
        volumeMounts: [
          { name: 'cacerts', mountPath: '/etc/cacerts' },
          { name: 'local-certs', mountPath: '/var/run/secrets/istio-dns' },
        ],
      },
    ],
    volumes: [{ name: 'cacerts', secret: { secretName: 'cacerts' } }, { name: 'local-certs' }],
  },
};

describe('the process behind an istiod Pod', () => {
  it('gets the environment of its Pod, without what only a kubelet knows and without its kubeconfig', () => {
    expect(istiodEnvironment(pod)).toEqual({
      CLUSTER_ID: 'primary',
      POD_NAME: 'istiod-1',
      SERVICE_ACCOUNT: 'istiod',
      PLATFORM: '',
    });
  });

  it('gets the Secrets that are mounted into its Pod', () => {
    expect(mountedSecrets(pod)).toEqual([{ secret: 'cacerts', mountPath: '/etc/cacerts' }]);
  });

  it('is there for a Pod that has a node and is not being deleted', () => {
    expect(isToRun(pod)).toBe(true);
    expect(isToRun({ ...pod, spec: { containers: [] } })).toBe(false);
    expect(isToRun({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'now' } })).toBe(false);
  });
});
