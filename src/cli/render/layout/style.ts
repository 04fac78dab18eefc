import type { Status } from '../../../rollout/steps.js';

/** Text styles. Without colour, each returns the text unchanged. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  active(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

const CODES = { bold: 1, dim: 2, good: 32, active: 36, warn: 33, bad: 31 } as const;

/** @param color false for files, pipes, `NO_COLOR` and dumb terminals */
export function createStyle(color: boolean): Style {
  const set = (code: number) => (text: string) =>
    color && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    bold: set(CODES.bold),
    dim: set(CODES.dim),
    good: set(CODES.good),
    active: set(CODES.active),
    warn: set(CODES.warn),
    bad: set(CODES.bad),
  };
}

/** Leaves text unstyled, for tests and for outputs that are not terminals. */
export const PLAIN = createStyle(false);

const LOOKS: Record<Status, { symbol: string; style: keyof Style }> = {
  Pending: { symbol: '·', style: 'dim' },
  Running: { symbol: '●', style: 'active' },
  Paused: { symbol: '‖', style: 'warn' },
  NeedsAttention: { symbol: '!', style: 'warn' },
  Succeeded: { symbol: '✓', style: 'good' },
  Skipped: { symbol: '–', style: 'dim' },
  Aborted: { symbol: '✗', style: 'bad' },
};

/** Returns the one-character symbol of a status. */
export function symbolOf(status: Status, style: Style): string {
  const look = LOOKS[status];
  return style[look.style](look.symbol);
}

/** Returns text in the colour of a status. */
export function inColorOf(status: Status, text: string, style: Style): string {
  return style[LOOKS[status].style](text);
}
