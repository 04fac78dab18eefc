import { describe, expect, it } from 'vitest';
import {
  otherControlPlanes,
  preparePrimaryNamespace,
} from '../../../src/istio/control-plane/istio-namespace.js';
import { clientOf, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

describe('otherControlPlanes', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['hub', []],
    ['*', []],
    ['other', ['other']],
    ['hub, other', ['other']],
  ])('finds in %j the primaries %j', (annotation, others) => {
    expect(otherControlPlanes(annotation, 'hub')).toEqual(others);
  });
});

describe('preparePrimaryNamespace', () => {
  const input = { istioNamespace: 'istio-system', network: 'network1', mesh: 'shop', primary: 'hub' };
  const ownedBy = (mesh: string) => ({
    metadata: { name: 'istio-system', uid: 'u-1', annotations: { 'mesh-rollout.dev/mesh': mesh } },
  });
  const never = new AbortController().signal;

  it('takes the namespace of its own mesh', async () => {
    const server = await startStubApiServer(() => ownedBy('shop'));
    await preparePrimaryNamespace(await clientOf(server.url), input, never);
    expect(server.requests.map(({ method }) => method)).toContain('PATCH');
  });

  it('stops at the namespace of another mesh, and writes nothing', async () => {
    const server = await startStubApiServer(() => ownedBy('bank'));
    await expect(preparePrimaryNamespace(await clientOf(server.url), input, never)).rejects.toMatchObject({
      code: 'preflight-blocked',
      transient: false,
      message: 'namespace istio-system belongs to mesh bank, not shop',
    });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});
