import { isMap } from '../../base/is-map.js';
import { cut, cutWords } from '../../base/text/cut.js';
import { redact } from '../../base/text/redact.js';
import type { HttpAnswer } from '../client/read-answer.js';
import { textOf } from '../client/untrusted.js';

/** The object with which an API server answers when it refuses (apimachinery `metav1.Status`), as far as it is used. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly causes: readonly StatusCause[];
}

/** One entry of `details.causes`; what is missing is empty. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What every error of an answer knows. */
export interface AnswerFacts {
  readonly cluster: string;
  readonly status: number;
  readonly reason?: string;
}

/** Longer messages, such as a CRD's every complaint, are cut: history keeps 4 KB of a failure. */
const MESSAGE_LIMIT = 1000;
const EXCERPT_LIMIT = 200;
/** A page of a login form or of a proxy begins within this. */
const LONGEST_PAGE = 8 * 1024;
/** Every field of a large object in conflict makes some 100 KB. */
const LONGEST_STATUS = 1024 * 1024;

/** Returns the Status in a body; undefined when something else than an API server answered. */
export function parseStatus(body: string): Status | undefined {
  if (body.length > LONGEST_STATUS) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isMap(parsed) || parsed.kind !== 'Status') return undefined;
  const { message, reason, details } = parsed;
  const causes = isMap(details) && Array.isArray(details.causes) ? details.causes.filter(isMap) : [];
  return {
    ...(typeof message === 'string' && { message }),
    ...(typeof reason === 'string' && { reason }),
    causes: causes.map((cause) => ({
      reason: textOf(cause.reason),
      message: textOf(cause.message),
      field: textOf(cause.field),
    })),
  };
}

/**
 * Whether a 404 is an API server's: a Status, or the plain text with which kube-apiserver answers for a group that it does
 * not serve (Go, net/http NotFound). A load balancer without a route and an ingress say 404 in other words.
 */
export function isAbsence({ status, body }: HttpAnswer): boolean {
  return status === 404 && (parseStatus(body) !== undefined || body.trim() === '404 page not found');
}

/** Returns the first words of a body that is no Status, safe to show, without the tags of an HTML page. */
export function excerpt(body: string): string {
  const text = cutWords(body, LONGEST_PAGE)
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)|<[^<>]*(?:>|$)/gi, ' ')
    // Control characters too: terminals obey them.
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return cut(redact(text), EXCERPT_LIMIT);
}

/** Returns a message that is safe to show and not too long. */
export function shorten(text: string): string {
  return cut(redact(text).replace(/[^\P{Cc}\n\t]/gu, ' '), MESSAGE_LIMIT);
}
