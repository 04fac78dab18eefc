import { expect, test } from 'vitest';
import { redact } from '../../src/rollout/redact.js';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${'QUJD\n'.repeat(20)}-----END RSA PRIVATE KEY-----`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  ['a JWT', `token ${JWT} expired`, 'token [redacted token] expired'],
  ['an unsigned JWT', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.', '[redacted token]'],
  ['a PEM block', `key:\n${PEM}\nend`, 'key:\n[redacted PEM]\nend'],
  ['a PEM block that was cut', PEM.slice(0, 60), '[redacted PEM]'],
  ['a bearer token', 'Authorization: Bearer abcdefghijklmnopqrst', 'Authorization: Bearer [redacted]'],
  ['basic auth', 'authorization: Basic YTpi', 'authorization: Basic [redacted]'],
  ['kubeconfig data in YAML', 'client-key-data: Zm9v', 'client-key-data: [redacted]'],
  [
    'kubeconfig data in JSON',
    '{"certificate-authority-data":"Zm9v"}',
    '{"certificate-authority-data":"[redacted]"}',
  ],
  ['a token in YAML', 'token: abc123def', 'token: [redacted]'],
  ['a password in JSON', '"password":"hunter2x"', '"password":"[redacted]"'],
  ['a password in a URL', 'GET https://anna:geheim@example.com/x', 'GET https://[redacted]@example.com/x'],
  ['a base64 PEM', `ca.crt ${base64(PEM)}`, 'ca.crt [redacted base64]'],
  ['a base64 kubeconfig', base64(`apiVersion: v1\nkind: Config\n`), '[redacted base64]'],
  ['a base64 JWT', base64(JWT), '[redacted base64]'],
  ['some other long secret', 'x'.repeat(200), '[redacted base64]'],
])('%s is taken out', (_, text, expected) => {
  expect(redact(text)).toBe(expected);
});

test.each([
  'deployments.apps is forbidden: User "system:serviceaccount:ci:deployer" cannot create resource "deployments"',
  'failed to fetch a token: connection refused',
  'Secret istio-system/istio-remote-secret-eu-1 holds no token',
  'https://10.0.0.1:6443 refuses connections',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'Bearer authentication failed',
  'the password: wrong',
])('"%s" stays as it is', (text) => {
  expect(redact(text)).toBe(text);
});

test('a megabyte is looked through quickly', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\ndata: {a: "b c d e"}\n'.repeat(20_000);
  const start = performance.now();
  redact(text);
  expect(performance.now() - start).toBeLessThan(1_000);
});
