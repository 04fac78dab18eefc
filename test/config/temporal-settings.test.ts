import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { describeTemporal, readTemporalSettings } from '../../src/config/temporal-settings.js';
import { createAuthority } from '../support/certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'temporal-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** No file of the user who runs the tests is read. */
function read(environment: Record<string, string>) {
  return readTemporalSettings({ HOME: join(folder, 'home'), ...environment });
}

function problemsOf(environment: Record<string, string>): string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('nothing is wrong');
}

const authority = createAuthority('CA');
const client = authority.issue('client');
const caPath = file('ca.pem', authority.certificate);
const certPath = file('client.pem', client.certificate);
const keyPath = file('client.key', client.key);
const config = file(
  'temporal.toml',
  `[profile.default]
address = "default.example:7233"
[profile.prod]
address = "prod.example:7233"
namespace = "prod.a1b2c"
api_key = "secret-api-key"
[profile.prod.grpc_meta]
X_Team = "mesh"
[profile.mtls]
address = "mtls.example:7233"
tls = { server_ca_cert_path = "${caPath}", client_cert_path = "${certPath}", client_key_path = "${keyPath}", server_name = "frontend" }
`,
);

describe('readTemporalSettings', () => {
  it('is a server on this machine when nothing is set', () => {
    const local = { address: '127.0.0.1:7233', namespace: 'default' };
    expect(read({})).toEqual(local);
    expect(read({ TEMPORAL_ADDRESS: '', TEMPORAL_CONFIG_FILE: '', TEMPORAL_PROFILE: '' })).toEqual(local);
  });

  it('takes the profile that is named, else the one called default', () => {
    expect(read({ TEMPORAL_CONFIG_FILE: config }).address).toBe('default.example:7233');
    expect(read({ TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'prod' })).toEqual({
      address: 'prod.example:7233',
      namespace: 'prod.a1b2c',
      apiKey: 'secret-api-key',
      metadata: { 'x-team': 'mesh' },
    });
  });

  it('lets variables win over the profile', () => {
    const settings = read({
      TEMPORAL_CONFIG_FILE: config,
      TEMPORAL_PROFILE: 'prod',
      TEMPORAL_ADDRESS: '[::1]:7233',
      TEMPORAL_NAMESPACE: 'staging',
      TEMPORAL_API_KEY: 'other-key',
      TEMPORAL_TLS: 'false',
    });
    expect(settings).toMatchObject({
      address: '[::1]:7233',
      namespace: 'staging',
      apiKey: 'other-key',
      tls: false,
    });
  });

  it('reads certificates from paths and from variables', () => {
    const expected = {
      serverRootCACertificate: new Uint8Array(Buffer.from(authority.certificate)),
      clientCertPair: {
        crt: new Uint8Array(Buffer.from(client.certificate)),
        key: new Uint8Array(Buffer.from(client.key)),
      },
    };
    const fromProfile = read({ TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'mtls' });
    expect(fromProfile.tls).toEqual({ ...expected, serverNameOverride: 'frontend' });
    const fromVariables = read({
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.certificate,
      TEMPORAL_TLS_CLIENT_CERT_DATA: client.certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: keyPath,
    });
    expect(fromVariables.tls).toEqual(expected);
    expect(read({ TEMPORAL_TLS: 'true' }).tls).toEqual({});
  });

  it('shows no credentials when it is described', () => {
    const prod = read({ TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'prod' });
    expect(describeTemporal(prod)).toEqual({
      address: 'prod.example:7233',
      namespace: 'prod.a1b2c',
      tls: 'server',
      apiKey: 'set',
    });
    const mutual = read({ TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'mtls' });
    expect(describeTemporal(mutual)).toMatchObject({ tls: 'mutual', apiKey: 'none' });
    expect(describeTemporal(read({}))).toMatchObject({ tls: 'off' });
  });

  const missing = join(folder, 'nowhere');
  const notPem = file('not.pem', 'secret-but-no-pem');
  const expired = authority.issue('client', { expired: true });
  it.each<[string, Record<string, string>, string]>([
    [
      'a file that is not there',
      { TEMPORAL_CONFIG_FILE: missing },
      `TEMPORAL_CONFIG_FILE names ${missing}, which cannot be read (ENOENT). Correct the path, or unset it.`,
    ],
    [
      'an unknown profile',
      { TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'pord' },
      `TEMPORAL_PROFILE is "pord", and ${config} has no such profile (there: default, prod, mtls). Correct it, or add the profile to the file.`,
    ],
    [
      'a profile without any file',
      { TEMPORAL_PROFILE: 'prod' },
      `TEMPORAL_PROFILE is "prod", and the Temporal CLI's configuration file has no such profile (there: none). Correct it, or add the profile to the file.`,
    ],
    [
      'a file that is no TOML',
      { TEMPORAL_CONFIG_FILE: file('bad.toml', '[profile.default]\napi_key = secret') },
      `${join(folder, 'bad.toml')} is not TOML: line 2, column 11. Correct the file.`,
    ],
    [
      'an address with a scheme',
      { TEMPORAL_ADDRESS: 'http://temporal:7233' },
      'TEMPORAL_ADDRESS is "http://temporal:7233": expected host:port without a scheme. Correct it, or unset it for the default.',
    ],
    [
      'an address without a port in a profile',
      { TEMPORAL_CONFIG_FILE: file('short.toml', '[profile.default]\naddress = "temporal"') },
      `address of profile default in ${join(folder, 'short.toml')} is "temporal": expected host:port without a scheme. Correct it, or unset it for the default.`,
    ],
    [
      'an API key with a line break',
      { TEMPORAL_API_KEY: 'secret\n' },
      'TEMPORAL_API_KEY is not usable: expected one line without spaces. Correct it or unset it.',
    ],
    [
      'a switch that is neither',
      { TEMPORAL_TLS: 'yes' },
      'TEMPORAL_TLS is "yes": expected true or false. Correct it, or unset it for the default.',
    ],
    [
      'verification that is to be off',
      { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' },
      'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION is set, and the certificate of the server is always verified here. Unset it; set TEMPORAL_TLS_SERVER_NAME to the name in the certificate.',
    ],
    [
      'a CA that is not there',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: missing },
      `TEMPORAL_TLS_SERVER_CA_CERT_PATH names ${missing}, which cannot be read (ENOENT). Correct the path.`,
    ],
    [
      'a CA that is none',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: notPem },
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH holds no certificate in PEM. Give the PEM of the CA.',
    ],
    [
      'a client certificate without its key',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: certPath },
      'TEMPORAL_TLS_CLIENT_CERT_PATH is set, and the client key is not. Set both, or none of them.',
    ],
    [
      'a key that is none',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: certPath, TEMPORAL_TLS_CLIENT_KEY_PATH: notPem },
      'TEMPORAL_TLS_CLIENT_KEY_PATH holds no private key in PEM that is not encrypted. Give the PEM of the key.',
    ],
    [
      'a key of another certificate',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: certPath, TEMPORAL_TLS_CLIENT_KEY_DATA: expired.key },
      'TEMPORAL_TLS_CLIENT_KEY_DATA is not the key of the client certificate. Give the two that belong together.',
    ],
    [
      'the same twice',
      {
        TEMPORAL_CONFIG_FILE: config,
        TEMPORAL_PROFILE: 'mtls',
        TEMPORAL_TLS_CLIENT_CERT_DATA: client.certificate,
      },
      `profile mtls in ${config} has, with the environment, both client_cert_path and client_cert_data. Keep one of them.`,
    ],
  ])('tells %s in one line', (_name, environment, line) => {
    const problems = problemsOf(environment);
    expect(problems).toEqual([line]);
    expect(problems.join()).not.toContain('secret');
  });

  it('tells an expired client certificate', () => {
    const [problem] = problemsOf({
      TEMPORAL_TLS_CLIENT_CERT_DATA: expired.certificate,
      TEMPORAL_TLS_CLIENT_KEY_DATA: expired.key,
    });
    expect(problem).toMatch(
      /^TEMPORAL_TLS_CLIENT_CERT_DATA has expired on .+ GMT\. Renew the certificate\.$/,
    );
  });

  it('tells a value in the file that has the wrong type', () => {
    const path = file('types.toml', '[profile.default]\naddress = 7233');
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: path })[0]).toContain(path);
  });
});
