import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority } from './certificates.js';
import { leaks } from './secrets.js';

const part = (bytes: number) => randomBytes(bytes).toString('base64url');
const token = `eyJhbGciOiJSUzI1NiJ9.${part(300)}.${part(256)}`;
const authority = createAuthority('CA of the test').certificate;
const secrets = [
  { name: 'the token', value: token },
  { name: 'the CA', value: authority },
];
const base64 = (text: string) => Buffer.from(text).toString('base64');
const line = authority.split('\n')[3] ?? '';

describe('a secret', () => {
  it.each([
    ['in a line of a log', `{"level":50,"msg":"GET with Bearer ${token}"}`, 'the token'],
    ['of which the end was cut off', `Bearer ${token.slice(0, 300)}…`, 'the token'],
    ['of which the beginning was cut off', token.slice(-200), 'the token'],
    ['in base64', `"data":"${base64(token)}"`, 'the token'],
    ['in the base64 of something longer', base64(`{"token":"${token}"}`), 'the token'],
    ['in that, a byte later', base64(`{"token": "${token}"}`), 'the token'],
    ['in that, two bytes later', base64(`{"token":  "${token}"}`), 'the token'],
    ['in base64 for URLs', Buffer.from(`?${token}`).toString('base64url'), 'the token'],
    ['in a URL', `https://127.0.0.1/?ca=${encodeURIComponent(authority)}`, 'the CA'],
    ['in JSON, with its line ends', JSON.stringify({ ca: authority }), 'the CA'],
    ['of which one line is left', `unexpected end after ${line}`, 'the CA'],
  ])('is found %s', (_, text, name) => {
    expect(leaks(secrets, { 'the log of the worker': `a\n${text}\nb`, elsewhere: 'nothing' })).toEqual([
      `${name} in the log of the worker`,
    ]);
  });

  it('is not found where there is none, or only what all have in common', () => {
    const text = 'eyJhbGciOiJSUzI1NiJ9. -----BEGIN CERTIFICATE----- Bearer [redacted]';
    expect(leaks(secrets, { 'the log of the worker': text })).toEqual([]);
  });

  it('is told from another one of the same issuer, and found in a kubeconfig that holds it', () => {
    const claims = part(200);
    const [one, other] = [256, 256].map((bytes) => `eyJhbGciOiJSUzI1NiJ9.${claims}.${part(bytes)}`);
    const tokens = [
      { name: 'one', value: one ?? '' },
      { name: 'the other', value: other ?? '' },
      { name: 'a kubeconfig', value: `kind: Config\nusers:\n- user: { token: ${one} }\n` },
    ];
    expect(leaks(tokens, { log: `Bearer ${other}` })).toEqual(['the other in log']);
    expect(leaks(tokens, { log: `Bearer ${one}` })).toEqual(['one in log', 'a kubeconfig in log']);
  });

  it('that is too short to be looked for is no secret that can be tested', () => {
    expect(() => leaks([{ name: 'the password', value: 'hunter2' }], {})).toThrow(
      'the password is too short',
    );
  });
});
