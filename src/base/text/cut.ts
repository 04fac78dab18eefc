/**
 * Returns at most `limit` UTF-16 units of a text, followed by `…` if the text was longer. Never splits a character.
 */
export function cut(text: string, limit: number): string {
  return text.length > limit ? `${beginning(text, limit)}…` : text;
}

/**
 * Returns the beginning of a text in whole words, of at most `limit` UTF-16 units. A word that the cut would split is
 * left out, because half a token can no longer be recognised as one.
 */
export function cutWords(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = limit;
  while (end > 0 && !/\s/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function beginning(text: string, limit: number): string {
  const last = text.charCodeAt(limit - 1);
  const isHalf = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, isHalf ? limit - 1 : limit);
}
