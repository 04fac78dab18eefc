import type { Style } from './style.js';

/** What every rendering needs to know about where it is shown. */
export interface Frame {
  /** Columns; no line is wider. */
  readonly width: number;
  readonly style: Style;
  /** The time to count from, in milliseconds since the epoch. */
  readonly now: number;
  /** `short` for a table that is redrawn: long texts are cut; `full` leaves nothing out. */
  readonly detail: 'short' | 'full';
  /** False when nobody tells how many objects were changed: see {@link hasProgress}. @default true */
  readonly knowsChanges?: boolean;
}
