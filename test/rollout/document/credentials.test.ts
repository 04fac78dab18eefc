import { describe, expect, test } from 'vitest';
import { credentialProblems } from '../../../src/rollout/document/credentials.js';

const privateKey = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFake\n-----END PRIVATE KEY-----\n';
const certificate = '-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQ==\n-----END CERTIFICATE-----\n';
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9.c2lnbmF0dXJl';
const kubeconfig = 'apiVersion: v1\nkind: Config\nusers:\n- name: me\n  user: {}\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const paths = (values: unknown) => credentialProblems(values, ['values']).map(({ path }) => path);

describe('refused wherever it stands', () => {
  test.each([
    ['a private key', privateKey],
    ['a private key after a certificate', certificate + privateKey],
    ['a private key of OpenSSH', privateKey.replaceAll('PRIVATE', 'OPENSSH PRIVATE')],
    ['an encrypted private key', privateKey.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE')],
    ['a private key of PGP', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nfake'],
    ['a private key in one line', privateKey.replaceAll('\n', ' ')],
    ['a private key that was cut off', privateKey.slice(0, 40)],
    ['a private key in base64', base64(privateKey)],
    ['a private key in wrapped base64', base64(privateKey).replace(/.{20}/g, '$&\n')],
    ['a JWT', jwt],
    ['a JWT in a header', `Authorization: Bearer ${jwt}`],
    ['a JWT in base64', base64(jwt)],
    ['a JWT without signature', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJtZSJ9.'],
    ['a kubeconfig', kubeconfig],
    ['a kubeconfig as JSON', '{"kind":"Config","apiVersion":"v1","clusters":[]}'],
    ['a kubeconfig in base64', base64(kubeconfig)],
  ])('%s', (_, text) => {
    expect(paths({ a: { b: ['x', { c: text }] } })).toEqual(['values.a.b[1].c']);
    expect(JSON.stringify(credentialProblems({ a: text }, ['values']))).not.toContain(text.slice(12, 30));
  });

  test('a kubeconfig as a map', () => {
    expect(paths({ a: { kind: 'Config', clusters: [] } })).toEqual(['values.a']);
  });
});

describe('refused for the name of its field', () => {
  test.each([
    'password',
    'Password',
    'adminPassword',
    'DB_PASSWORD',
    'db-password',
    'secret',
    'clientSecret',
    'client_secret',
    'privateKey',
    'private_key',
    'private key',
    'TLS_PRIVATE_KEY',
    'token',
    'bearerToken',
    'api-token',
  ])('%s', (key) => {
    expect(credentialProblems({ [key]: 'x' }, [])).toHaveLength(1);
    expect(credentialProblems({ [key]: ['x'] }, [])).toHaveLength(1);
    expect(credentialProblems({ [key]: { of: { someone: 'x' } } }, [])).toHaveLength(1);
  });

  test('a number', () => {
    expect(paths({ password: 123456 })).toEqual(['values.password']);
  });

  test('the value of an environment variable', () => {
    expect(paths({ env: [{ name: 'API_TOKEN', value: 'x' }] })).toEqual(['values.env[0].value']);
  });
});

describe('taken', () => {
  test.each([
    ['names of Secrets with credentials for images', { imagePullSecrets: ['key', { name: 'other' }] }],
    ['the name of a Secret with a certificate', { tls: { credentialName: 'shop' } }],
    [
      'the name of a Secret below a credential',
      { clientSecret: { credentialName: 'a', secretName: 'b', name: 'c' } },
    ],
    ['the audience of tokens', { global: { sds: { token: { aud: 'istio-ca' } } } }],
    ['a projected token', { serviceAccountToken: { audience: 'a', path: 'b', expirationSeconds: 600 } }],
    ['a CA certificate', { caCert: certificate }],
    ['several CA certificates', { caCert: certificate + certificate }],
    ['a CA certificate in base64', { caBundle: base64(certificate) }],
    ['a CA certificate below a word of credentials', { rootSecret: certificate }],
    ['an empty password', { password: '' }],
    ['a switch', { enableSecret: true, useToken: false, token: null }],
    [
      'a variable that takes its value from a Secret',
      { env: [{ name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'a', key: 'token' } } }] },
    ],
    [
      'words about credentials',
      { passwordPolicy: 'strict', tokenCount: 3, secrets: 'none', secretName: 'a' },
    ],
    ['a public key', { key: '-----BEGIN PUBLIC KEY-----\nMCowBQ\n-----END PUBLIC KEY-----' }],
    ['two words with a dot', { host: 'eyJ.example.com' }],
    ['kinds that are no kubeconfig', { text: 'kind: ConfigMap\nclusters: 3', kind: 'Config' }],
  ])('%s', (_, values) => {
    expect(credentialProblems(values, [])).toEqual([]);
  });
});
