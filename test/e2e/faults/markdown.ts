import { type Cell, FAULTS, REASONS, type Table } from './table.js';

/** Returns a table as docs/faults.md shows it. */
export function inMarkdown({ columns, rows }: Table): string {
  const lines = [
    ['', ...columns.map((step) => `\`${step}\``)],
    ['---', ...columns.map(() => '---')],
    ...Object.entries(rows).map(([fault, cells]) => [fault, ...cells.map(words)]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Returns the faults, as docs/faults.md lists them. */
export function faultsInMarkdown(): string {
  return Object.entries(FAULTS)
    .map(([fault, what]) => `- **${fault}**: ${what}.`)
    .join('\n');
}

/** Returns the reasons why steps cannot meet faults, as docs/faults.md shows them. */
export function reasonsInMarkdown(): string {
  return Object.entries(REASONS)
    .map(([letter, reason]) => `- (${letter}) ${reason}`)
    .join('\n');
}

function words(cell: Cell): string {
  switch (cell.is) {
    case 'retried':
      return `\`${cell.code}\`, retried`;
    case 'parked':
      return `\`${cell.code}\``;
    case 'unharmed':
      return 'unharmed';
    case 'not applicable':
      return `does not apply (${cell.reason})`;
  }
}
