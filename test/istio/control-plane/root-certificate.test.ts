import { describe, expect, it } from 'vitest';
import { checkRootCertificate, readMeshRoot } from '../../../src/istio/control-plane/root-certificate.js';
import { clientOf, refuse, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const never = new AbortController().signal;
const MESH_ROOT = 'the root of the mesh\n';

/** A cluster with this data in the ConfigMap of the namespace; undefined: it has no such ConfigMap. */
async function clusterWith(data: object | undefined) {
  const server = await startStubApiServer(({ path }, response) => {
    const isThere = path === '/api/v1/namespaces/shop/configmaps/istio-ca-root-cert' && data !== undefined;
    return isThere ? { data } : refuse(response, 404, { reason: 'NotFound' });
  });
  return await clientOf(server.url);
}

describe('the root certificate of the mesh in a namespace', () => {
  it('is proven, however the text ends', async () => {
    const remote = await clusterWith({ 'root-cert.pem': MESH_ROOT.trim() });
    await expect(checkRootCertificate(remote, 'shop', MESH_ROOT, never)).resolves.toBeUndefined();
  });

  it.each([
    ['there is no ConfigMap', undefined, 'is not there yet'],
    ['it is empty', {}, 'is not there yet'],
    ['it is that of another mesh', { 'root-cert.pem': 'other' }, 'is that of another mesh'],
  ])('is not proven where %s', async (_, data, words) => {
    const remote = await clusterWith(data);
    await expect(checkRootCertificate(remote, 'shop', MESH_ROOT, never)).rejects.toMatchObject({
      code: 'root-cert-missing',
      transient: true,
      cluster: 'eu-1',
      message: expect.stringMatching(new RegExp(`^ConfigMap shop/istio-ca-root-cert ${words}`)),
    });
  });
});

describe('the root certificate in the primary', () => {
  it('is what istiod wrote there', async () => {
    const primary = await clusterWith({ 'root-cert.pem': MESH_ROOT });
    expect(await readMeshRoot(primary, 'shop', never)).toBe(MESH_ROOT);
  });

  it('is waited for while istiod has not written it', async () => {
    await expect(readMeshRoot(await clusterWith(undefined), 'shop', never)).rejects.toMatchObject({
      code: 'control-plane-not-ready',
      transient: true,
    });
  });
});
