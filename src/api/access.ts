import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-codes.js';
import { findToken, type TokenScope, type TokenSource } from './tokens.js';

/** Who acts when the API runs without tokens. */
const ANONYMOUS = 'api';

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Checks at start that the API is not open to the network.
 * @throws Error when it would listen beyond loopback without tokens
 */
export function assertGuarded(host: string, hasTokens: boolean): void {
  if (hasTokens || isLoopback(host)) return;
  throw new Error(
    `MESH_ROLLOUT_HOST is ${host}, so that others could reach the API, and there are no tokens. Set MESH_ROLLOUT_TOKENS_FILE, or unset MESH_ROLLOUT_HOST for 127.0.0.1.`,
  );
}

/**
 * What to warn of at start: the API speaks plain HTTP, so that tokens and answers can be read on the way to it.
 * @param isBehindTls whether the operator has said that nobody gets here without TLS
 * @returns nothing when there is nothing to warn of
 */
export function exposureWarning(host: string, isBehindTls: boolean): string | undefined {
  if (isBehindTls || isLoopback(host)) return undefined;
  return `The API listens on ${host} without TLS, so that tokens can be read on the network. Put a proxy with TLS in front, and set MESH_ROLLOUT_BEHIND_TLS=on; or unset MESH_ROLLOUT_HOST for 127.0.0.1.`;
}

/**
 * Lets a request in and says who acts.
 * With tokens: by the bearer token. Without, on loopback: whoever is on this machine, but no web page in its browser,
 * which could get here under a name of its own (DNS rebinding) or from another site (CSRF).
 * @param trustedOrigins other sites whose pages may ask
 * @returns the name for the audit
 * @throws ApiError `unauthorized`, `scope-missing` or `origin-refused`
 */
export function admit(
  request: FastifyRequest,
  tokens: TokenSource | undefined,
  scope: TokenScope,
  trustedOrigins: readonly string[] = [],
): string {
  if (tokens === undefined) {
    const { host, origin, 'sec-fetch-site': site } = request.headers;
    assertLocalHost(host);
    if (origin === undefined || !trustedOrigins.includes(origin)) assertSameSite(host, origin, site);
    return ANONYMOUS;
  }
  const token = findToken(tokens(), request.headers.authorization);
  if (token === undefined) throw new ApiError('unauthorized', 'A valid bearer token is needed.');
  if (scope === 'operate' && token.scope !== 'operate') {
    throw new ApiError('scope-missing', `The token ${token.name} has the scope ${token.scope}.`);
  }
  return token.name;
}

function assertLocalHost(host: string | undefined): void {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host ?? '')?.[1] ?? '';
  if (!isLoopback(name.toLowerCase()))
    throw new ApiError('origin-refused', 'The Host header is not of this machine.');
}

function assertSameSite(
  host: string | undefined,
  origin: string | undefined,
  site: string | string[] | undefined,
): void {
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`.toLowerCase()) {
    throw new ApiError('origin-refused', 'The Origin header is of another site.');
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new ApiError('origin-refused', 'The request comes from another site.');
  }
}
