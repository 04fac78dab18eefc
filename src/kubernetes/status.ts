import { redact } from '../rollout/redact.js';

/** The object with which an API server answers when it refuses (apimachinery `metav1.Status`). */
export interface Status {
  readonly kind: 'Status';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
  };
}

/** What every error of an answer knows. */
export interface AnswerFacts {
  readonly cluster: string;
  readonly status: number;
  readonly reason?: string;
}

/** Longer messages, such as a CRD's every complaint, are cut: history keeps 4 KB of a failure. */
const MESSAGE_LIMIT = 1000;

/** The Status in a body; undefined when something else than an API server answered. */
export function parseStatus(body: string): Status | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isStatus(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
}

/** The first words of a body that is no Status, without the tags of an HTML page. */
export function excerpt(body: string): string {
  return body
    .replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** A message that is safe to show and not too long. */
export function shorten(text: string): string {
  const safe = redact(text);
  return safe.length > MESSAGE_LIMIT ? `${safe.slice(0, MESSAGE_LIMIT)}…` : safe;
}
