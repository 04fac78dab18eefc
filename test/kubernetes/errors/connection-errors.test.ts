import { expect, test } from 'vitest';
import { RequestTimeout } from '../../../src/kubernetes/client/http-request.js';
import { AnswerTooLarge } from '../../../src/kubernetes/client/read-answer.js';
import { connectionError } from '../../../src/kubernetes/errors/connection-errors.js';
import { RolloutError } from '../../../src/rollout/rollout-error.js';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });
const classify = (error: unknown) => connectionError(error, 'eu-1', '10.0.0.1:6443', 'GET /version');

test.each([
  [coded('ECONNREFUSED'), 'api-unavailable', '10.0.0.1:6443 refuses connections (GET /version)'],
  [
    coded('ECONNRESET', 'socket hang up'),
    'api-unavailable',
    '10.0.0.1:6443 cut the connection (GET /version)',
  ],
  [coded('ENOTFOUND'), 'api-unavailable', 'does not resolve'],
  [coded('EPROTO', 'wrong version number'), 'api-unavailable', 'failed: wrong version number'],
  [new RequestTimeout(10_000), 'api-unavailable', 'gave no complete response within 10 s'],
  [new AggregateError([coded('ECONNREFUSED')], ''), 'api-unavailable', 'refuses connections'],
  [
    coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
    'cluster-not-usable',
    'self-signed certificate',
  ],
  [coded('ERR_TLS_CERT_ALTNAME_INVALID', 'not in the cert'), 'cluster-not-usable', 'is not accepted'],
  [coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'alert'), 'credentials-refused', 'failed: alert'],
  ['a thrown text', 'api-unavailable', 'a thrown text'],
  // hpagent 1.2.0 and socks 2.8 report what a proxy answered in the message only.
  [
    new Error('Bad response: 407'),
    'cluster-not-usable',
    'is behind a proxy that answered 407 (GET /version)',
  ],
  [new Error('Bad response: 502'), 'api-unavailable', 'is behind a proxy that answered 502 (GET /version)'],
  [new Error('Socks5 Authentication failed'), 'cluster-not-usable', 'refuses the user and password'],
  [
    coded('ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'key values mismatch'),
    'cluster-not-usable',
    'contains an unusable credential: key values mismatch',
  ],
  [coded('ERR_OSSL_PEM_NO_START_LINE', 'no start line'), 'cluster-not-usable', 'no start line'],
  [
    coded('ERR_INVALID_CHAR', 'Invalid character in header content ["Authorization"]'),
    'cluster-not-usable',
    'Invalid character in header content',
  ],
  [new AnswerTooLarge(), 'api-unavailable', 'gave a response of more than 32 MiB'],
])('%s is %s', (error, code, words) => {
  expect(classify(error)).toMatchObject({ code, cluster: 'eu-1' });
  expect(classify(error).message).toContain(words);
});

test('a RolloutError stays what it is', () => {
  const error = new RolloutError('cluster-not-usable', 'no such context');
  expect(classify(error)).toBe(error);
});
