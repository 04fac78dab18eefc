/** Everything here counts a character as one column, which holds for names, messages of clusters and our own signs. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const STYLES = /\x1b\[[0-9;]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g;

/** Columns that a line takes on a terminal. */
export function widthOf(line: string): number {
  return [...line.replace(STYLES, '')].length;
}

/**
 * Text from outside, fit to be shown: on one line and without control characters, which could do anything to a
 * terminal. Messages come from API servers and admission webhooks.
 */
export function clean(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

/** Cuts plain text to a width; the cut is shown. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** Makes a line no wider than `width`; one that was gives up its styles, which cannot be cut. */
export function fitLine(line: string, width: number): string {
  return widthOf(line) <= width ? line : cut(line.replace(STYLES, ''), width);
}

/** Pads to a width, on the right or, for numbers, on the left; styles do not count. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + space : space + text;
}

/** Text from outside as lines that can be shown: cleaned, its own line breaks kept, and wrapped. */
export function wrapForeign(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(clean(line), width));
}

/** Breaks plain text at spaces into lines of at most `width`; longer words are broken where they must be. */
export function wrap(text: string, width: number): string[] {
  const limit = Math.max(8, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length <= limit) {
      line += ` ${rest}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (rest.length > limit) {
      lines.push(rest.slice(0, limit));
      rest = rest.slice(limit);
    }
    line = rest;
  }
  return line === '' ? lines : [...lines, line];
}
