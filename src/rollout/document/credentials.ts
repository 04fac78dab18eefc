import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';

/**
 * Finds credentials in Istio values. A rollout's document stays in Temporal's history for anyone who may read it, so
 * they are refused before they get there. A problem names the place, never the value.
 */

const REMEDY = 'keep it in a Secret in the cluster, and refer to that';

const CREDENTIAL_KEY = /(password|secret|privatekey|token)$/;

/** What stands below a credential's key, but only refers to it: names of Secrets, audiences and paths of tokens. */
const REFERENCE_KEYS: ReadonlySet<string> = new Set([
  'name',
  'secretname',
  'credentialname',
  'aud',
  'audience',
  'path',
]);

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;
const CERTIFICATES = /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*)+$/;
const JWT = /(^|[^A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/;
const KUBECONFIG_KIND = /(^|[\s{,])["']?kind["']?\s*:\s*["']?Config["']?\s*($|[\s,}])/;
const KUBECONFIG_PART = /["']?(users|clusters|contexts)["']?\s*:/;
const BASE64 = /^[A-Za-z0-9+/_-]{24,}={0,2}$/;

/**
 * A problem for each credential in a tree of values.
 *
 * @param path where the values stand in the document
 */
export function credentialProblems(values: unknown, path: readonly PropertyKey[]): Problem[] {
  return search(values, path, false).map((found) => ({
    path: formatPath(found.path),
    message: `looks like ${found.what}: ${REMEDY}`,
  }));
}

interface Credential {
  readonly path: readonly PropertyKey[];
  readonly what: string;
}

function search(value: unknown, path: readonly PropertyKey[], belowCredentialKey: boolean): Credential[] {
  if (typeof value === 'string' || typeof value === 'number') {
    const what = credentialIn(String(value)) ?? (belowCredentialKey ? namedCredential(value) : undefined);
    return what === undefined ? [] : [{ path, what }];
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) => search(item, [...path, index], belowCredentialKey));
  if (typeof value !== 'object' || value === null) return [];
  if (isKubeconfig(value)) return [{ path, what: 'a kubeconfig' }];
  return Object.entries(value).flatMap(([key, below]) => {
    const isVariable = normalise(key) === 'value' && namesCredential(Reflect.get(value, 'name'));
    // A number is a password only right there: deeper, it is a lifetime or a size.
    const inherits = belowCredentialKey && typeof below !== 'number';
    const isCredential =
      !REFERENCE_KEYS.has(normalise(key)) && (inherits || namesCredential(key) || isVariable);
    return search(below, [...path, key], isCredential);
  });
}

/** What a text is that is a credential wherever it stands, in clear or in base64. */
function credentialIn(text: string): string | undefined {
  const decoded = BASE64.test(text.replace(/\s/g, '')) ? Buffer.from(text, 'base64').toString('utf8') : '';
  for (const clear of [text, decoded]) {
    if (PRIVATE_KEY.test(clear)) return 'a private key';
    if (JWT.test(clear)) return 'a token (JWT)';
    if (KUBECONFIG_KIND.test(clear) && KUBECONFIG_PART.test(clear)) return 'a kubeconfig';
  }
  return undefined;
}

/** What a harmless-looking value under a credential's key is; nothing where it is empty, or certificates only. */
function namedCredential(value: string | number): string | undefined {
  return value === '' || CERTIFICATES.test(String(value))
    ? undefined
    : 'a credential, by the name of its field';
}

function namesCredential(key: unknown): boolean {
  return typeof key === 'string' && CREDENTIAL_KEY.test(normalise(key));
}

function isKubeconfig(value: object): boolean {
  return (
    Reflect.get(value, 'kind') === 'Config' && ['users', 'clusters', 'contexts'].some((key) => key in value)
  );
}

/** `private_key`, `private-key` and `privateKey` are one key. */
function normalise(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}
