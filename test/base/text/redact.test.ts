import { describe, expect, test } from 'vitest';
import { redact } from '../../../src/base/text/redact.js';
import { cpuTimeOf } from '../../support/cpu-time.js';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${'QUJD\n'.repeat(20)}-----END RSA PRIVATE KEY-----`;
const CONFIG = 'apiVersion: v1\nkind: Config\nusers: []\n';
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
  [
    'a password in JSON in JSON',
    JSON.stringify({ body: '{"password":"hunter2x"}' }),
    String.raw`{"body":"{\"password\":\"[redacted]"}"}`,
  ],
  [
    'basic auth in JSON in JSON',
    JSON.stringify({ body: '{"authorization":"Basic YTpi"}' }),
    String.raw`{"body":"{\"authorization\":\"Basic [redacted]"}"}`,
  ],
  ['a password in a URL', 'GET https://anna:geheim@example.com/x', 'GET https://[redacted]@example.com/x'],
  ['a base64 PEM', `ca.crt ${base64(PEM)}`, 'ca.crt [redacted base64]'],
  ['a base64 kubeconfig', base64(`apiVersion: v1\nkind: Config\n`), '[redacted base64]'],
  ['a base64 JWT', base64(JWT), '[redacted base64]'],
  ['base64 of JSON', 'eyJhdXRocyI6eyJnaGNyLmlvIjp7+/==', '[redacted token]'],
  ['a long value without a digit', `password=${'x'.repeat(130)}`, 'password=[redacted]'],
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

const KIB = 1024;
const repeated = (text: string, size: number) => text.repeat(Math.ceil(size / text.length)).slice(0, size);

describe('a text that a server sends to be slow over', () => {
  test.each([
    'a.',
    'a.a-',
    '<',
    'A',
    'Bearer ',
    'Bearer\t\t',
    'eyJ-',
    'eyJhbGciOi.',
    'ZXlKh-',
    'token=',
    'token:x',
    'https://a:',
    'Authorization: ',
    '-----BEGIN ',
    '-----BEGIN A-----',
    '-----BEGIN A-----\n-----END ',
    ' ',
  ])('of nothing but %j costs next to no time', (unit) => {
    const text = repeated(unit, 256 * KIB);
    // The patterns take some milliseconds for it; the ones that backtracked took seconds.
    expect(cpuTimeOf(() => redact(text))).toBeLessThan(100);
  });
});

describe('a text of more than 8 KiB', () => {
  const LIMIT = 8 * KIB;

  test('is cut, and says so', () => {
    const text = repeated('cannot list nodes; ', 3 * LIMIT);
    const safe = redact(text);
    expect(safe.length).toBeLessThanOrEqual(LIMIT + 1);
    expect(text.startsWith(safe.slice(0, -1))).toBe(true);
    expect(safe.endsWith('…')).toBe(true);
  });

  test.each([
    ['a JWT', JWT, JWT],
    ['a PEM block', PEM, 'QUJD\n'.repeat(20)],
    ['a PEM block in one line', JSON.stringify(PEM), 'QUJD\\n'.repeat(20)],
    ['a bearer token', 'Bearer abcdefghijklmnopqrst1234', 'abcdefghijklmnopqrst1234'],
    ['basic auth', 'Authorization: Basic YTpiOmM6ZDpl', 'YTpiOmM6ZDpl'],
    ['a password', '"password":"hunter2xhunter2x"', 'hunter2xhunter2x'],
    ['a token of YAML', 'token: abc123defabc123def', 'abc123defabc123def'],
    ['a URL', 'https://anna:geheim1234@example.com/x', 'geheim1234'],
    ['a kubeconfig in base64', base64(CONFIG), base64(CONFIG)],
    ['data of a kubeconfig', 'client-key-data: Zm9vYmFyYmF6cXV4', 'Zm9vYmFyYmF6cXV4'],
    ['some other long secret', 'x1y2z3'.repeat(40), 'x1y2z3'.repeat(40)],
  ])('keeps nothing of %s, wherever the cut falls in it', (_, text, secret) => {
    // Fewer characters than five say nothing about a credential.
    const parts = Array.from({ length: secret.length - 4 }, (_, at) => secret.slice(at, at + 5));
    for (let visible = 1; visible <= text.length; visible++) {
      const before = repeated('words ', LIMIT - visible);
      const safe = redact(`${before}${text} and more`);
      expect(safe.startsWith(before.slice(0, -10))).toBe(true);
      expect(parts.filter((part) => safe.includes(part))).toEqual([]);
    }
  });
});
