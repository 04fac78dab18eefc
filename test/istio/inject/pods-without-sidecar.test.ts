import { describe, expect, it } from 'vitest';
import { lacksSidecar } from '../../../src/istio/inject/pods-without-sidecar.js';

const pod = (changes: { metadata?: object; spec?: object } = {}) => ({
  metadata: { name: 'p', ...changes.metadata },
  spec: { containers: [{ name: 'app' }], ...changes.spec },
});

describe('lacksSidecar', () => {
  it('counts a Pod that a restart would give a sidecar', () => {
    expect(lacksSidecar(pod())).toBe(true);
  });

  it.each([
    ['with a sidecar', pod({ spec: { containers: [{ name: 'app' }, { name: 'istio-proxy' }] } })],
    ['with a native sidecar', pod({ spec: { initContainers: [{ name: 'istio-proxy' }] } })],
    ['on the network of its host', pod({ spec: { hostNetwork: true } })],
    ['that wants none, by label', pod({ metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } })],
    [
      'that wants none, by annotation',
      pod({ metadata: { annotations: { 'sidecar.istio.io/inject': 'false' } } }),
    ],
    ['on its way out', pod({ metadata: { deletionTimestamp: '2026-11-22T10:00:00Z' } })],
  ])('does not count a Pod %s', (_, other) => {
    expect(lacksSidecar(other)).toBe(false);
  });
});
