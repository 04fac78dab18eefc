import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type ClientConfigProfile,
  type ConfigDataSource,
  loadClientConfig,
  loadClientConfigProfile,
  loadConfigData,
} from '@temporalio/envconfig';
import { ConfigError, type ConfigProblem } from './config-error.js';
import type { Environment } from './environment.js';

/** How to reach Temporal. */
export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  /** `false`: no TLS, whatever else is set. Absent: TLS when there is an API key. */
  readonly tls?: TlsSettings | false;
  readonly apiKey?: string;
  /** More gRPC headers; may hold credentials. */
  readonly metadata?: Record<string, string>;
}

/** PEM; an empty object is TLS with the certificate authorities of the system. */
interface TlsSettings {
  readonly serverNameOverride?: string;
  readonly serverRootCACertificate?: Uint8Array;
  readonly clientCertPair?: { readonly crt: Uint8Array; readonly key: Uint8Array };
}

const ADDRESS = /^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/;
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const DEFAULT_FILE = "the Temporal CLI's configuration file";

/**
 * Reads how to reach Temporal as the `temporal` CLI does, by `@temporalio/envconfig`: environment variables win over the
 * profile TEMPORAL_PROFILE of the file TEMPORAL_CONFIG_FILE; what neither says is 127.0.0.1:7233 and `default`.
 * An empty variable counts as not set. Stricter than the CLI in this: a file or profile that is named must be there,
 * and certificates are looked at before anything connects.
 * @throws ConfigError with the variable or the place in the file; never with a value that may be secret
 */
export function readTemporalSettings(environment: Environment): TemporalSettings {
  const set = nonEmpty(environment);
  const source = new Source(set);
  const profile = loadProfile(set, source);
  const problems: ConfigProblem[] = switchProblems(set);
  const complain = (field: string, message: string, action: string) => {
    problems.push({ variable: source.of(field), message, action });
  };
  const { address = '127.0.0.1:7233', namespace = 'default', apiKey, grpcMeta } = profile;
  if (!ADDRESS.test(address)) {
    complain('address', `is ${JSON.stringify(address)}: expected host:port without a scheme`, CORRECT);
  }
  if (!NAMESPACE.test(namespace)) {
    complain(
      'namespace',
      `is ${JSON.stringify(namespace)}: expected the name of a Temporal namespace`,
      CORRECT,
    );
  }
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    complain('api_key', 'is not usable: expected one line without spaces', 'Correct it or unset it.');
  }
  const tls = readTls(profile, complain);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    address,
    namespace,
    ...(tls !== undefined && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(grpcMeta !== undefined && { metadata: grpcMeta }),
  };
}

/** What may be logged about the settings: that there are credentials, but none of them. */
export function describeTemporal({ address, namespace, tls, apiKey }: TemporalSettings) {
  const mode = tls === false ? 'off' : tls?.clientCertPair ? 'mutual' : tls || apiKey ? 'server' : 'off';
  return { address, namespace, tls: mode, apiKey: apiKey === undefined ? 'none' : 'set' };
}

const CORRECT = 'Correct it, or unset it for the default.';

type Complain = (field: string, message: string, action: string) => void;

/** Where a field comes from, for errors: its environment variable when that is set, else the place in the profile. */
class Source {
  readonly file: string;
  readonly profile: string;
  readonly #set: Environment;

  constructor(set: Environment) {
    this.#set = set;
    this.file = set.TEMPORAL_CONFIG_FILE ?? DEFAULT_FILE;
    this.profile = set.TEMPORAL_PROFILE ?? 'default';
  }

  /** @param field as in the file, such as `address` or `tls.client_cert` */
  of(field: string): string {
    const variable = `TEMPORAL_${field.replace('.', '_').toUpperCase()}`;
    const set = [variable, `${variable}_PATH`, `${variable}_DATA`].find(
      (name) => this.#set[name] !== undefined,
    );
    return set ?? `${field} of profile ${this.profile} in ${this.file}`;
  }
}

/** The booleans that the library reads otherwise than a user may mean, or not at all. */
function switchProblems(set: Environment): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (set.TEMPORAL_TLS !== undefined && !/^(true|false|1|0)$/.test(set.TEMPORAL_TLS)) {
    problems.push({
      variable: 'TEMPORAL_TLS',
      message: `is ${JSON.stringify(set.TEMPORAL_TLS)}: expected true or false`,
      action: CORRECT,
    });
  }
  if (/^(true|1)$/i.test(set.TEMPORAL_TLS_DISABLE_HOST_VERIFICATION ?? '')) {
    problems.push({
      variable: 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
      message: 'is set, and the certificate of the server is always verified here',
      action: 'Unset it; set TEMPORAL_TLS_SERVER_NAME to the name in the certificate.',
    });
  }
  return problems;
}

function loadProfile(set: Record<string, string>, source: Source): ClientConfigProfile {
  const named = set.TEMPORAL_CONFIG_FILE;
  const configSource = named === undefined ? undefined : { data: readNamedFile(named) };
  const options = { overrideEnvVars: set, ...(configSource && { configSource }) };
  const known = readOrThrow(source, () => Object.keys(loadClientConfig(options).profiles));
  if (set.TEMPORAL_PROFILE !== undefined && !known.includes(set.TEMPORAL_PROFILE)) {
    const there = known.length === 0 ? 'none' : known.join(', ');
    throw problem(
      'TEMPORAL_PROFILE',
      `is ${JSON.stringify(set.TEMPORAL_PROFILE)}, and ${source.file} has no such profile (there: ${there})`,
      'Correct it, or add the profile to the file.',
    );
  }
  return readOrThrow(source, () => loadClientConfigProfile(options));
}

function readNamedFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw problem(
      'TEMPORAL_CONFIG_FILE',
      `names ${path}, which cannot be read (${codeOf(error)})`,
      'Correct the path, or unset it.',
    );
  }
}

function readOrThrow<T>(source: Source, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { line, column, message } = error as Error & { line?: number; column?: number };
    // The message of the TOML parser quotes the lines around the error, which may hold a key.
    if (line !== undefined) {
      throw problem(source.file, `is not TOML: line ${line}, column ${column}`, 'Correct the file.');
    }
    if (/^Cannot specify both \S+ and \S+$/.test(message)) {
      const fields = message.replace(/^Cannot specify both /, '');
      throw problem(
        `profile ${source.profile} in ${source.file}`,
        `has, with the environment, both ${fields}`,
        'Keep one of them.',
      );
    }
    const reason = (error as { code?: string }).code ?? 'it has no table [profile.<name>]';
    throw problem(source.file, `cannot be read: ${reason}`, 'Correct the file.');
  }
}

function readTls(profile: ClientConfigProfile, complain: Complain): TlsSettings | false | undefined {
  const { tls } = profile;
  if (tls === undefined) return undefined;
  if (tls.disabled) return false;
  const ca = readPem('tls.server_ca_cert', tls.serverCACert, complain);
  const crt = readPem('tls.client_cert', tls.clientCert, complain);
  const key = readPem('tls.client_key', tls.clientKey, complain);
  if (ca && !certificateOf(ca)) complain('tls.server_ca_cert', NO_CERTIFICATE, 'Give the PEM of the CA.');
  if ((tls.clientCert === undefined) !== (tls.clientKey === undefined)) {
    const [there, missing] = tls.clientCert
      ? ['tls.client_cert', 'client key']
      : ['tls.client_key', 'client certificate'];
    complain(there, `is set, and the ${missing} is not`, 'Set both, or none of them.');
  }
  if (crt && key) checkClientPair(crt, key, complain);
  return {
    ...(tls.serverName !== undefined && { serverNameOverride: tls.serverName }),
    ...(ca && { serverRootCACertificate: ca }),
    ...(crt && key && { clientCertPair: { crt, key } }),
  };
}

const NO_CERTIFICATE = 'holds no certificate in PEM';

function readPem(
  field: string,
  source: ConfigDataSource | undefined,
  complain: Complain,
): Uint8Array | undefined {
  try {
    return loadConfigData(source);
  } catch (error) {
    const path = source && 'path' in source ? source.path : '';
    complain(field, `names ${path}, which cannot be read (${codeOf(error)})`, 'Correct the path.');
    return undefined;
  }
}

function checkClientPair(crt: Uint8Array, key: Uint8Array, complain: Complain): void {
  const certificate = certificateOf(crt);
  const privateKey = privateKeyOf(key);
  if (!certificate) complain('tls.client_cert', NO_CERTIFICATE, 'Give the PEM of the certificate.');
  if (!privateKey) {
    complain(
      'tls.client_key',
      'holds no private key in PEM that is not encrypted',
      'Give the PEM of the key.',
    );
  }
  if (!certificate || !privateKey) return;
  if (!certificate.checkPrivateKey(privateKey)) {
    complain(
      'tls.client_key',
      'is not the key of the client certificate',
      'Give the two that belong together.',
    );
  }
  if (Date.parse(certificate.validTo) < Date.now()) {
    complain('tls.client_cert', `has expired on ${certificate.validTo}`, 'Renew the certificate.');
  }
}

function certificateOf(pem: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function privateKeyOf(pem: Uint8Array) {
  try {
    return createPrivateKey(Buffer.from(pem));
  } catch {
    return undefined;
  }
}

/** Compose files leave variables empty; only an empty TEMPORAL_GRPC_META_* has a meaning: it takes the header away. */
function nonEmpty(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value || (value === '' && name.startsWith('TEMPORAL_GRPC_META_')) ? [[name, value]] : [],
    ),
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

function problem(variable: string, message: string, action: string): ConfigError {
  return new ConfigError([{ variable, message, action }]);
}
