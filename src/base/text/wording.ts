/** How problems and findings put names into sentences. */

const LONGEST_QUOTE = 63;

/**
 * Returns a user's text in quotes. It is cut if it is longer than any valid name, because a problem must not repeat a
 * pasted file.
 */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text);
}

/**
 * Returns names as a list for people: `a, b and 3 more`.
 *
 * @param most how many names are listed before the rest is only counted
 */
export function listNames(names: readonly string[], most = 10): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
