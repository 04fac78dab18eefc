import type { Style } from './style.js';

/** What every renderer needs to know about its output. */
export interface Frame {
  /** The width in columns; no line is wider. */
  readonly width: number;
  readonly style: Style;
  /** The time to count from, in milliseconds since the epoch. */
  readonly now: number;
  /** `short` for a table that is redrawn: long texts are cut; `full` leaves nothing out. */
  readonly detail: 'short' | 'full';
  /** False when the number of changed objects is unknown: see {@link hasProgress}. @default true */
  readonly knowsChanges?: boolean;
}
