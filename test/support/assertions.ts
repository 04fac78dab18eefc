const BEGINNINGS = /\bexpect(?:\.soft)?\(|\.each(?:<[^(]*>)?\(\[|=== '/g;
const OPENING = new Set('([{');
const CLOSING = new Set(')]}');
const QUOTES = new Set(`'"\``);

/**
 * Returns the parts of a test's source that say what it expects: statements with `expect`, tables of `each`, and what a
 * condition compares with. What a test is given, such as the failure that a stand-in throws, is in none of them.
 */
export function assertionsIn(source: string): string[] {
  return [...source.matchAll(BEGINNINGS)].map(({ index }) => statementAt(source, index));
}

/** The source from there to the end of the statement, or of the brackets around it. */
function statementAt(source: string, start: number): string {
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const character = source[at] ?? '';
    if (QUOTES.has(character)) at = endOfText(source, at);
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth -= 1;
    if (depth < 0 || (depth === 0 && character === ';')) return source.slice(start, at);
  }
  return source.slice(start);
}

/** Where the text ends that begins there with a quotation mark. */
function endOfText(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === source[start]) return at;
  }
  return source.length;
}
