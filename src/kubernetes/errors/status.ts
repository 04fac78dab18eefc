import { isMap } from '../../base/is-map.js';
import { cut, cutWords } from '../../base/text/cut.js';
import { redact } from '../../base/text/redact.js';
import type { HttpAnswer } from '../client/read-answer.js';
import { textOf } from '../client/untrusted.js';

/**
 * The used part of the object that an API server returns when it refuses a request (apimachinery `metav1.Status`).
 */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly causes: readonly StatusCause[];
}

/** One entry of `details.causes`; missing fields are empty. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What every error about a response contains. */
export interface AnswerFacts {
  readonly cluster: string;
  readonly status: number;
  readonly reason?: string;
}

/** Longer messages, such as all problems of a CRD, are cut: the history stores 4 KB of a failure. */
const MESSAGE_LIMIT = 1000;
const EXCERPT_LIMIT = 200;
/** How much of a foreign page, such as a login form, is searched. */
const LONGEST_PAGE = 8 * 1024;
/** A large object with every field in conflict takes about 100 KB. */
const LONGEST_STATUS = 1024 * 1024;

/** Returns the Status in a body, or undefined when something other than an API server answered. */
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
 * Returns whether a 404 comes from an API server: its body is a Status, or the plain text that kube-apiserver returns
 * for a group that it does not serve (Go, net/http NotFound). A load balancer without a route or an ingress sends
 * other text.
 */
export function isAbsence({ status, body }: HttpAnswer): boolean {
  return status === 404 && (parseStatus(body) !== undefined || body.trim() === '404 page not found');
}

/** Returns the first words of a body that is not a Status, safe to show and without HTML tags. */
export function excerpt(body: string): string {
  const text = cutWords(body, LONGEST_PAGE)
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)|<[^<>]*(?:>|$)/gi, ' ')
    // Control characters are removed too, because terminals obey them.
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return cut(redact(text), EXCERPT_LIMIT);
}

/** Returns a message that is safe to show and not too long. */
export function shorten(text: string): string {
  return cut(redact(text).replace(/[^\P{Cc}\n\t]/gu, ' '), MESSAGE_LIMIT);
}
