/** A measured figure and its limit. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Such as `s`; '' for a plain number or a ratio. */
  readonly unit: string;
  /** The maximum of the value; absent: shown only for comparison. */
  readonly limit?: number;
}

/** Returns whether no figure exceeds its limit. A figure that is NaN was not measured, and exceeds every limit. */
export function withinLimits(figures: readonly Figure[]): boolean {
  return figures.every(({ value, limit }) => limit === undefined || value <= limit);
}

/** Returns the figures as a table: value, limit, the ratio of the two, and a verdict. */
export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, value, unit, limit } = figure;
    const shown = `${round(value)}${unit === '' ? '' : ` ${unit}`}`;
    if (limit === undefined) return [what, shown, '', '', ''];
    const verdict = withinLimits([figure]) ? 'ok' : 'ABOVE';
    return [what, shown, `${limit}${unit === '' ? '' : ` ${unit}`}`, round(value / limit), verdict];
  });
  return table([['', 'measured', 'limit', 'of limit', ''], ...rows]);
}

/** Returns rows with columns as wide as their widest cell. The first column contains words, the others numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** Returns the value with three significant digits, the precision of a measurement on a busy machine. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}
