import { createHash, randomUUID } from 'node:crypto';

/**
 * Identifies a repeated start. It is stored in the memo of the rollout's workflow, under {@link IDEMPOTENCY_MEMO},
 * only as hashes, so that reading workflows reveals no key that could be sent again.
 */
export interface Idempotency {
  /** SHA-256 of the requester and the key, in hex: equal keys of two people never collide. */
  readonly key: string;
  /** SHA-256 of the document, in hex. */
  readonly document: string;
  /**
   * Identifies the request that started the rollout. It is the same in all responses about that rollout, and
   * different for every request.
   */
  readonly request: string;
}

/** The field of the memo. */
export const IDEMPOTENCY_MEMO = 'idempotency';

/**
 * How long a key is guaranteed to be known, in milliseconds: as long as at Stripe. The key of the running or most
 * recent rollout of a mesh is known for as long as Temporal stores it.
 */
export const KEY_LIFETIME_MS = 24 * 3_600_000;

/**
 * Returns what a request with a key stores in the memo.
 * @param requestedBy the name of the token: keys belong to each user, as the IETF draft requires (draft 07, section
 *   5)
 * @param document as parsed: the order of its keys and whether it came as YAML or JSON make no difference
 */
export function idempotencyOf(requestedBy: string, key: string, document: unknown): Idempotency {
  return {
    key: sha256(`${requestedBy}\n${key}`),
    document: sha256(canonical(document)),
    request: randomUUID(),
  };
}

/** Returns what an earlier request stored in a memo, or undefined for rollouts that were started without a key. */
export function idempotencyIn(memo: Readonly<Record<string, unknown>> | undefined): Idempotency | undefined {
  const found = memo?.[IDEMPOTENCY_MEMO] as Partial<Idempotency> | undefined;
  const { key, document, request } = found ?? {};
  if (typeof key !== 'string' || typeof document !== 'string' || typeof request !== 'string')
    return undefined;
  return { key, document, request };
}

/**
 * Returns Temporal's own request ID for a start with a key, a UUID. A second start with the same ID, sent at the same
 * moment, returns the run of the first one, even if that has already ended (server 1.31,
 * service/history/api/startworkflow).
 */
export function requestIdOf({ key, document }: Idempotency): string {
  const hex = sha256(`${key}\n${document}`);
  // Version 8 of RFC 9562: 122 custom bits.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
