import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { givesAccess, kubeconfigOf } from '../../../src/istio/access/remote-access.js';

const access = {
  cluster: 'eu-1',
  server: 'https://192.0.2.4:6443',
  ca: 'the CA\n',
  token: 'header.claims.signature',
};

/** What `istioctl create-remote-secret` of 1.31.0 wrote into the Secret, with another CA and token in it. */
const RECORDED = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: dGhlIENBCg==
    server: https://192.0.2.4:6443
  name: eu-1
contexts:
- context:
    cluster: eu-1
    user: eu-1
  name: eu-1
current-context: eu-1
kind: Config
users:
- name: eu-1
  user:
    token: header.claims.signature
`;

describe('kubeconfigOf', () => {
  it('writes the very text of istioctl', () => {
    expect(kubeconfigOf(access)).toBe(RECORDED);
  });

  it.each([
    '1042',
    '007',
    '0x1f',
    '0b1',
    '12e3',
    '1e-5',
    '1.5',
    'no',
    'on',
    'y',
    'true',
    'null',
    '2024-01-02',
  ])('quotes a cluster named %s, which Go would not read as text', (cluster) => {
    const text = kubeconfigOf({ ...access, cluster });
    expect(text).toBe(RECORDED.replaceAll(/: eu-1$/gm, `: "${cluster}"`));
    for (const version of ['1.1', '1.2'] as const) {
      expect(parse(text, { version })).toMatchObject({ 'current-context': cluster });
    }
  });

  it.each(['eu-1', '3-east', '1042-store', 'nodes', '0xyz'])(
    'leaves a cluster named %s as it is',
    (cluster) => {
      const text = kubeconfigOf({ ...access, cluster });
      expect(text).toContain(`current-context: ${cluster}\n`);
      expect(parse(text, { version: '1.1' })).toMatchObject({ 'current-context': cluster });
    },
  );
});

describe('givesAccess', () => {
  it('recognises the access however it is written', () => {
    expect(givesAccess(RECORDED, access)).toBe(true);
    expect(givesAccess(`# a comment\n${RECORDED}`, access)).toBe(true);
    expect(givesAccess(RECORDED.replaceAll(': eu-1\n', ': other\n'), access)).toBe(true);
  });

  it.each([
    ['another server', { server: 'https://192.0.2.5:6443' }],
    ['another CA', { ca: 'another' }],
    ['another token', { token: 'renewed' }],
  ])('tells %s', (_, change) => {
    expect(givesAccess(RECORDED, { ...access, ...change })).toBe(false);
  });

  it.each(['', 'null', '[]', 'a: {b: [', 'users: 7', 'clusters: {}'])('takes %j for no access', (text) => {
    expect(givesAccess(text, access)).toBe(false);
  });
});
