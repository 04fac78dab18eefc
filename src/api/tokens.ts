import { createHash, timingSafeEqual } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Parsed } from '../rollout/problems/problems.js';

/** `read` sees everything; `operate` also starts rollouts and decides about them. */
export type TokenScope = 'read' | 'operate';

/** A bearer token that the API accepts. Only its hash is known. */
export interface Token {
  /** The name that the audit of a rollout shows. */
  readonly name: string;
  /** SHA-256 of the token. */
  readonly hash: Buffer;
  readonly scope: TokenScope;
}

/** The tokens that are accepted at this moment. */
export type TokenSource = () => readonly Token[];

const TokenEntry = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'expected a name of letters, digits, . _ @ -'),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hex digits, as of: printf %s "$TOKEN" | sha256sum'),
  scope: z.enum(['read', 'operate'], 'expected read or operate'),
});
const Tokens = z
  .array(TokenEntry, 'expected a list of tokens')
  .min(1, 'expected at least one token')
  .superRefine((tokens, context) => {
    for (const field of ['name', 'sha256'] as const) {
      tokens.forEach((token, index) => {
        if (tokens.findIndex((other) => other[field] === token[field]) === index) return;
        context.addIssue({ code: 'custom', path: [index, field], message: 'is used twice' });
      });
    }
  });

/**
 * Parses the text of a tokens file, YAML or JSON: a list of `{ name, sha256, scope }`. The file never contains the
 * tokens themselves, so reading it does not allow anyone to act.
 */
export function parseTokens(text: string): Parsed<readonly Token[]> {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    // The parser's message quotes the text around the error, which may be a secret put there by mistake.
    return { ok: false, problems: [{ path: '', message: 'is neither YAML nor JSON' }] };
  }
  const parsed = Tokens.safeParse(content);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    };
  }
  return {
    ok: true,
    value: parsed.data.map(({ name, sha256, scope }) => ({ name, hash: Buffer.from(sha256, 'hex'), scope })),
  };
}

/**
 * Returns the token that an Authorization header carries. Takes the same time for every wrong token.
 * @param header as received, e.g. `Bearer abc`
 */
export function findToken(tokens: readonly Token[], header: string | undefined): Token | undefined {
  const credential = /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
  if (credential === undefined) return undefined;
  const hash = createHash('sha256').update(credential).digest();
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token;
  return found;
}
