import { z } from 'zod';
import type { Actor } from '../rollout/messages.js';
import { API_CODES, ApiError } from './api-codes.js';

/**
 * How a decision names its rollout, how it reaches the workflow, and what the API answers while it is carried out.
 */

/** Characters of an ID: Temporal's are UUIDs. */
const ROLLOUT_ID = /^[\w.:-]{1,64}$/;
/**
 * One entity tag (RFC 9110, section 8.8.3). Proxies that compress mark it as weak, and clients send it back like
 * that.
 */
const ENTITY_TAG = /^(?:W\/)?"([\w.:-]{1,64})"$/;

const EXAMPLE = '0199a7c2-5d0e-7c3b-9a44-2f1f6d1c7a10';

/** The field of the body that names the rollout. */
export const rolloutId = z
  .string()
  .regex(ROLLOUT_ID, 'is not the ID of a rollout')
  .exactOptional()
  .describe(
    'The ID of the rollout that the decision is for; any other rollout refuses it with 409. Alternative to the header If-Match',
  );

/** Headers of every decision. */
export const DecisionHeaders = z.object({
  'if-match': z
    .string()
    .regex(ENTITY_TAG, 'is not the ETag of a rollout: its ID in quotes')
    .exactOptional()
    .describe(
      'ETag of the rollout that the decision is for, as returned by the start and by GET. Any other rollout of the mesh ' +
        'refuses the decision with 409 and the code rollout-changed. Without it, and without rolloutId in the body, the ' +
        'decision is for whichever rollout is running when it arrives.',
    )
    .meta({ examples: [`"${EXAMPLE}"`] }),
});

/** Returns the ETag of a rollout. It identifies the rollout, not its state. */
export function entityTagOf(rollout: { readonly rolloutId: string }): string {
  return `"${rollout.rolloutId}"`;
}

const { title, action } = API_CODES['decision-pending'];

/** The body of the response 202 to a decision: it was accepted, and nothing more is known yet. */
export const PENDING = { code: 'decision-pending', title, action } as const;

export const PendingAnswer = z
  .object({ code: z.literal(PENDING.code), title: z.string(), action: z.string() })
  .describe('Accepted, and still being carried out')
  .meta({ examples: [PENDING] });

/**
 * Returns a decision as the workflow receives it: the body, with who decides and for which rollout.
 * @throws ApiError `request-invalid` when header and body name two rollouts
 */
export function decisionOf<Body extends object>(request: {
  readonly actor: string;
  readonly headers: { readonly 'if-match'?: string };
  readonly body: Body;
}): Body & Actor {
  const { 'if-match': ifMatch } = request.headers;
  const inHeader = ENTITY_TAG.exec(ifMatch ?? '')?.[1];
  const { rolloutId: inBody = inHeader } = request.body as Actor;
  if (inHeader !== undefined && inHeader !== inBody) {
    throw new ApiError('request-invalid', 'The request names two rollouts.', [
      { path: 'rolloutId', message: `is ${inBody}, and the header If-Match names ${inHeader}` },
    ]);
  }
  return {
    ...request.body,
    ...(inBody !== undefined && { rolloutId: inBody }),
    by: request.actor,
    via: 'api',
  };
}
