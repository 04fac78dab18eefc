import { expect, it } from 'vitest';
import { readReaderToken, requestReaderToken } from '../../../src/istio/access/reader-token.js';
import { clientOf, refuse, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const never = new AbortController().signal;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** A remote in which the Secret for the token is this; undefined: there is none. */
async function remoteWith(secret: object | undefined) {
  const server = await startStubApiServer((_, response) =>
    secret === undefined ? refuse(response, 404, { reason: 'NotFound' }) : secret,
  );
  return await clientOf(server.url);
}

it('reads token and CA as the token controller wrote them', async () => {
  const remote = await remoteWith({ data: { token: base64('a.b.c'), 'ca.crt': base64('the CA\n') } });
  expect(await readReaderToken(remote, 'istio-system', never)).toEqual({ token: 'a.b.c', ca: 'the CA\n' });
});

it.each([
  ['there is no Secret', undefined, 'is not there'],
  ['the controller has not come to it', { type: 'kubernetes.io/service-account-token' }, 'holds no token'],
  ['it has no CA', { data: { token: base64('a.b.c') } }, 'holds no token'],
  ['it has no token', { data: { 'ca.crt': base64('the CA') } }, 'holds no token'],
])('has no token where %s', async (_, secret, words) => {
  await expect(readReaderToken(await remoteWith(secret), 'istio-system', never)).rejects.toMatchObject({
    code: 'token-not-issued',
    transient: true,
    cluster: 'eu-1',
    message: expect.stringContaining(words),
  });
});

it('does not take a Secret of that name for its own that holds something else', async () => {
  const remote = await remoteWith({ metadata: { name: 'x' }, type: 'Opaque' });
  await expect(requestReaderToken(remote, 'istio-system', never)).rejects.toMatchObject({
    code: 'field-conflict',
    action: 'Delete that Secret, then retry the cluster.',
  });
});
