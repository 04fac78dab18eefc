/** One measured figure, and what it may be at most. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** Such as `s`; '' for a plain number or a ratio. */
  readonly unit: string;
  /** The most that the value may be; absent: told for comparison. */
  readonly limit?: number;
}

/** Whether no figure is above its limit. A figure that is not a number was not measured, and is above every limit. */
export function withinLimits(figures: readonly Figure[]): boolean {
  return figures.every(({ value, limit }) => limit === undefined || value <= limit);
}

/** The figures as a table: value, limit, the ratio of the two, and a verdict. */
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

/** Rows with columns as wide as their widest cell; the first column is words, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** Three significant digits, as many as a measurement on a busy machine has. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}
