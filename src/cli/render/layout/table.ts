import type { Style } from './style.js';
import { pad, widthOf } from './text.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * Returns the lines of a table: a dim header, then the rows. Empty columns are left out, and no line ends in
 * spaces.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  const used = columns.map((_, index) => index === 0 || rows.some((row) => (row[index] ?? '') !== ''));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .flatMap(({ align }, index) =>
        used[index] ? [pad(cells[index] ?? '', widths[index] ?? 0, align)] : [],
      )
      .join(GAP)
      .trimEnd();
  return [style.dim(line(columns.map(({ title }) => title))), ...rows.map(line)];
}
