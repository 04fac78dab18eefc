import { expect, it } from 'vitest';
import { READERS, readAccountToken } from '../../../src/istio/release-1.4/reader-token.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const BELOW = '/api/v1/namespaces/istio-system';
const TYPE = 'kubernetes.io/service-account-token';

function remoteWith(account: string, secrets: readonly string[], objects: Record<string, object> = {}) {
  const listed = secrets.map((name) => ({ name }));
  return stubCluster({ [`${BELOW}/serviceaccounts/${account}`]: { secrets: listed }, ...objects });
}

it.each(Object.values(READERS))('reads the token and the CA of %s', async (account) => {
  const { client } = await remoteWith(account, ['pull-secret', 'of-the-reader'], {
    [`${BELOW}/secrets/pull-secret`]: { type: 'kubernetes.io/dockerconfigjson', data: { token: 'x' } },
    [`${BELOW}/secrets/of-the-reader`]: {
      type: TYPE,
      data: { token: base64('a.b.c'), 'ca.crt': base64('the CA\n') },
    },
  });
  expect(await readAccountToken(client, 'istio-system', account, never)).toEqual({
    token: 'a.b.c',
    ca: 'the CA\n',
  });
});

it.each([
  ['the account lists no Secret', [], {}, 'lists no Secret with a token'],
  ['the Secret is not there yet', ['of-the-reader'], {}, 'lists no Secret with a token'],
  [
    'the controller has not filled the Secret',
    ['of-the-reader'],
    { [`${BELOW}/secrets/of-the-reader`]: { type: TYPE } },
    'lists no Secret with a token',
  ],
])('waits while %s', async (_, secrets, objects, words) => {
  const { client } = await remoteWith(READERS.istioctl, secrets, objects);
  const reading = readAccountToken(client, 'istio-system', READERS.istioctl, never);
  expect(await failureOf(reading)).toMatchObject({
    code: 'token-not-issued',
    transient: true,
    cluster: 'eu-1',
    message: expect.stringContaining(words),
  });
});

it('waits while there is no account', async () => {
  const { client } = await stubCluster();
  const reading = readAccountToken(client, 'istio-system', READERS.helm, never);
  expect(await failureOf(reading)).toMatchObject({
    code: 'token-not-issued',
    message: 'ServiceAccount istio-system/istio-multi does not exist',
  });
});
