import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-codes.js';
import { findToken, type TokenScope, type TokenSource } from './tokens.js';

/** The name of whoever acts when the API runs without tokens. */
const ANONYMOUS = 'api';

/** Returns whether an address can be reached only from this machine. */
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
    `MESH_ROLLOUT_HOST is ${host}, so others can reach the API, but there are no tokens. Set MESH_ROLLOUT_TOKENS_FILE, or unset MESH_ROLLOUT_HOST to listen on 127.0.0.1.`,
  );
}

/**
 * Returns a warning to log at start: the API speaks plain HTTP, so others can read tokens and responses on the
 * network.
 * @param isBehindTls whether the operator has stated that every request arrives through TLS
 * @returns undefined when there is nothing to warn about
 */
export function exposureWarning(host: string, isBehindTls: boolean): string | undefined {
  if (isBehindTls || isLoopback(host)) return undefined;
  return `The API listens on ${host} without TLS, so others can read tokens on the network. Put a proxy with TLS in front and set MESH_ROLLOUT_BEHIND_TLS=on, or unset MESH_ROLLOUT_HOST to listen on 127.0.0.1.`;
}

/**
 * Admits a request and returns who acts. With tokens, the bearer token decides. Without tokens, on loopback, everyone
 * on this machine is admitted, except web pages in its browser: those could come through a host name of their own
 * (DNS rebinding) or from another site (CSRF).
 * @param trustedOrigins other sites whose pages are admitted
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
  if (token === undefined) throw new ApiError('unauthorized', 'A valid bearer token is required.');
  if (scope === 'operate' && token.scope !== 'operate') {
    throw new ApiError('scope-missing', `The token ${token.name} has the scope ${token.scope}.`);
  }
  return token.name;
}

function assertLocalHost(host: string | undefined): void {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host ?? '')?.[1] ?? '';
  if (!isLoopback(name.toLowerCase()))
    throw new ApiError('origin-refused', 'The Host header does not name this machine.');
}

function assertSameSite(
  host: string | undefined,
  origin: string | undefined,
  site: string | string[] | undefined,
): void {
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`.toLowerCase()) {
    throw new ApiError('origin-refused', 'The Origin header names another site.');
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new ApiError('origin-refused', 'The request comes from another site.');
  }
}
