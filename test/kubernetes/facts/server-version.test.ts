import { expect, test } from 'vitest';
import { compareMinors, readServerVersion } from '../../../src/kubernetes/facts/server-version.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, startStubApiServer } from '../support/stub-api-server.js';

test.each([
  ['v1.34.4', '1.34'],
  ['v1.33.5-eks-3abbec1', '1.33'],
  ['v1.32.1+k3s1', '1.32'],
  ['v1.33.5-gke.1162000', '1.33'],
])('%s is of minor %s', async (gitVersion, minor) => {
  const server = await startStubApiServer(() => ({ major: '1', minor: '33+', gitVersion }));
  expect(await readServerVersion(await clientOf(server.url))).toEqual({ gitVersion, minor });
});

test.each([{}, { gitVersion: 'unknown' }, [], 'hello', 7])(
  '%j at /version is no API server',
  async (answer) => {
    const server = await startStubApiServer(() => answer);
    expect((await failureOf(readServerVersion(await clientOf(server.url)))).code).toBe('api-unavailable');
  },
);

test('minors are compared as numbers', () => {
  expect(['1.9', '1.31', '1.10', '2.0'].sort(compareMinors)).toEqual(['1.9', '1.10', '1.31', '2.0']);
});
