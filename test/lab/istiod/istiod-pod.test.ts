import { describe, expect, it } from 'vitest';
import {
  type IstiodPod,
  isRunning,
  istiodEnvironment,
  mountedSecrets,
} from '../../../lab/istiod/istiod-pod.js';

const pod: IstiodPod = {
  metadata: { name: 'istiod-1', namespace: 'istio-system', uid: 'u' },
  spec: {
    serviceAccountName: 'istiod',
    containers: [
      {
        name: 'discovery',
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
  status: { phase: 'Running', podIP: '10.1.0.5' },
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

  it('is there for a running Pod with an address that is not being deleted', () => {
    expect(isRunning(pod)).toBe(true);
    expect(isRunning({ ...pod, status: { phase: 'Pending' } })).toBe(false);
    expect(isRunning({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'now' } })).toBe(false);
  });
});
