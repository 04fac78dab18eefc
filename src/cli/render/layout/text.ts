/**
 * Everything here counts a character as one column, which is right for names, messages of clusters and our
 * own symbols.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const STYLES = /\x1b\[[0-9;]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g;

/** Returns the number of columns that a line takes on a terminal. */
export function widthOf(line: string): number {
  return [...line.replace(STYLES, '')].length;
}

/**
 * Returns foreign text that is safe to show: on one line and without control characters, which could do
 * anything to a terminal. Such text comes from API servers and admission webhooks.
 */
export function clean(text: string): string {
  return text.replace(CONTROL, ' ').trim();
}

/** Cuts plain text to a width, and marks the cut with `…`. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** Cuts a line to `width`. A line that is cut loses its styles, because those cannot be cut. */
export function fitLine(line: string, width: number): string {
  return widthOf(line) <= width ? line : cut(line.replace(STYLES, ''), width);
}

/** Pads to a width, on the right or, for numbers, on the left; styles do not count. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + space : space + text;
}

/** Returns foreign text as lines that are safe to show: cleaned, wrapped, and with its own line breaks. */
export function wrapForeign(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(clean(line), width));
}

/** Wraps plain text at spaces into lines of at most `width`. Longer words are broken. */
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
