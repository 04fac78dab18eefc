import { createHash, randomUUID } from 'node:crypto';

/**
 * What makes a repeated start recognisable. It stands in the memo of the rollout's workflow, under
 * {@link IDEMPOTENCY_MEMO}, as hashes only: whoever may read workflows learns no key that could be sent again.
 */
export interface Idempotency {
  /** SHA-256 of who asks and of the key, in hex: two people's keys never meet. */
  readonly key: string;
  /** SHA-256 of the document, in hex. */
  readonly document: string;
  /** Which request started the rollout; the same for all answers about it, another for every request. */
  readonly request: string;
}

/** The field of the memo. */
export const IDEMPOTENCY_MEMO = 'idempotency';

/**
 * How long a key is known for sure, in milliseconds: as long as at Stripe. The key of the running rollout of a mesh, or
 * of its last one, is known for as long as Temporal keeps it.
 */
export const KEY_LIFETIME_MS = 24 * 3_600_000;

/**
 * What a request with a key leaves in the memo.
 * @param requestedBy the name of the token: keys are each user's own, as the IETF draft wants it (draft 07, section 5)
 * @param document as parsed: the order of its keys and whether it came as YAML or JSON make no difference
 */
export function idempotencyOf(requestedBy: string, key: string, document: unknown): Idempotency {
  return {
    key: sha256(`${requestedBy}\n${key}`),
    document: sha256(canonical(document)),
    request: randomUUID(),
  };
}

/** What an earlier request left in a memo; nothing for rollouts that were started without a key. */
export function idempotencyIn(memo: Readonly<Record<string, unknown>> | undefined): Idempotency | undefined {
  const found = memo?.[IDEMPOTENCY_MEMO] as Partial<Idempotency> | undefined;
  const { key, document, request } = found ?? {};
  if (typeof key !== 'string' || typeof document !== 'string' || typeof request !== 'string')
    return undefined;
  return { key, document, request };
}

/**
 * Temporal's own request ID for a start with a key, a UUID. A second start with it, sent at the same moment, gets the
 * run of the first one, also when that has ended by then (server 1.31, service/history/api/startworkflow).
 */
export function requestIdOf({ key, document }: Idempotency): string {
  const hex = sha256(`${key}\n${document}`);
  // Version 8 of RFC 9562: 122 bits of one's own making.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
