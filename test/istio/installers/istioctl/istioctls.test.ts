import { expect, test } from 'vitest';
import { Istioctls } from '../../../../src/istio/installers/istioctl/istioctls.js';
import { fakeIstioctl } from '../../../activities/support.js';

test.each([
  ['1.31.0', '1.31'],
  ['1.31-alpha.1', '1.31'],
  ['1.31', '1.31'],
  ['1.30.3', '1.30'],
])('istioctl %s installs release %s', async (version, release) => {
  const [older, path] = await Promise.all([fakeIstioctl('1.29.4'), fakeIstioctl(version)]);
  expect((await new Istioctls([older, path]).find(release)).path).toBe(path);
});

test.each(['1.310.0', 'unknown', '1.30.3'])('istioctl %s does not install release 1.31', async (version) => {
  const path = await fakeIstioctl(version);
  await expect(new Istioctls([path]).find('1.31')).rejects.toMatchObject({
    code: 'tool-version-differs',
    transient: true,
    message: `the document asks for Istio 1.31; on this worker ${path} is ${version}`,
  });
});

test('a worker says which istioctls it has, and why one of them is none', async () => {
  const path = await fakeIstioctl('1.31.0');
  expect(await new Istioctls([path, '/no/such/istioctl']).describe()).toEqual({
    [path]: '1.31.0',
    '/no/such/istioctl': 'there is no istioctl at /no/such/istioctl',
  });
});
