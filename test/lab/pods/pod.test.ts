import { describe, expect, it } from 'vitest';
import {
  argumentsBelow,
  containerOf,
  environmentOf,
  isToRun,
  mountsOf,
  type Pod,
} from '../../../lab/pods/pod.js';

const pod: Pod = {
  metadata: { name: 'istiod-1', namespace: 'istio-system', uid: 'u' },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'istiod',
    containers: [
      { name: 'istio-proxy', image: 'proxyv2' },
      {
        name: 'discovery',
        image: 'pilot',
        args: ['discovery', '--httpAddr', ':8080', '--meshConfig=/etc/istio/config/mesh', '/health'],
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
          { name: 'config', mountPath: '/etc/istio/config' },
          { name: 'local-certs', mountPath: '/var/run/secrets/istio-dns' },
        ],
      },
    ],
    volumes: [
      { name: 'cacerts', secret: { secretName: 'cacerts', optional: true } },
      { name: 'config', configMap: { name: 'istio', items: [{ key: 'mesh', path: 'mesh' }] } },
      { name: 'local-certs' },
    ],
  },
};

const container = containerOf(pod, 'discovery');

describe('the process behind a Pod', () => {
  it('is that of one container, of the first one when none has the name', () => {
    expect(container.image).toBe('pilot');
    expect(containerOf(pod, 'citadel').image).toBe('proxyv2');
  });

  it('gets the environment of its Pod, without what only a kubelet knows and without its kubeconfig', () => {
    expect(environmentOf(pod, container)).toEqual({
      CLUSTER_ID: 'primary',
      POD_NAME: 'istiod-1',
      SERVICE_ACCOUNT: 'istiod',
      PLATFORM: '',
    });
  });

  it('gets the Secrets and ConfigMaps that are mounted into its Pod', () => {
    expect(mountsOf(pod, container)).toEqual([
      { kind: 'secrets', name: 'cacerts', mountPath: '/etc/cacerts', optional: true, items: undefined },
      {
        kind: 'configmaps',
        name: 'istio',
        mountPath: '/etc/istio/config',
        optional: false,
        items: [{ key: 'mesh', path: 'mesh' }],
      },
    ]);
  });

  it('gets its arguments with absolute paths below its root', () => {
    expect(argumentsBelow('/lab/u', container)).toEqual([
      'discovery',
      '--httpAddr',
      ':8080',
      '--meshConfig=/lab/u/etc/istio/config/mesh',
      '/lab/u/health',
    ]);
  });

  it('is there for a Pod that has a node and is not being deleted', () => {
    expect(isToRun(pod)).toBe(true);
    expect(isToRun({ ...pod, spec: { containers: [] } })).toBe(false);
    expect(isToRun({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'now' } })).toBe(false);
  });
});
