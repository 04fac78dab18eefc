/** Something that nobody but its owner may see, with a name under which a test can speak of it. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Shorter pieces of a secret could be found by chance. */
const SHORTEST = 24;
const PIECE = 60;

/**
 * Returns where secrets stand, one line for each: `<name of the secret> in <name of the place>`, without the secret. One
 * piece of a secret is enough, because it may have been cut or wrapped. Pieces are found as they are, URL-encoded, and in
 * base64, alone or inside something longer.
 *
 * @param places texts by name, such as the log of a process
 * @throws Error for a secret that is too short to be found reliably
 */
export function leaks(secrets: readonly Secret[], places: Readonly<Record<string, string>>): string[] {
  /** Tokens of one issuer begin alike: what is in another secret too, and neither is a part of the other, is none. */
  const isShared = (piece: string, value: string) =>
    secrets.some(
      ({ value: other }) => other.includes(piece) && !other.includes(value) && !value.includes(other),
    );
  return secrets.flatMap(({ name, value }) => {
    const pieces = piecesOf(value).filter((piece) => !isShared(piece, value));
    const forms = [...new Set(pieces.flatMap(formsOf))];
    if (forms.length === 0) throw new Error(`${name} is too short to be looked for`);
    const found = Object.entries(places).filter(([, text]) => forms.some((form) => text.includes(form)));
    return found.map(([place]) => `${name} in ${place}`);
  });
}

/** What many secrets have in common: the header of JWTs, the frame of PEM, a field of kubeconfigs. */
const COMMON = /^(eyJhbGciOi|-----|certificate-authority-data$)/;

/** Lines and the parts of a JWT, in pieces. */
function piecesOf(value: string): string[] {
  const words = value.split(/[\s."',:]+/).filter((word) => !COMMON.test(word));
  const pieces = words.flatMap((word) => word.match(new RegExp(`.{1,${PIECE}}`, 'g')) ?? []);
  return pieces.filter((piece) => piece.length >= SHORTEST);
}

function formsOf(piece: string): string[] {
  const base64 = [0, 1, 2].map((before) => base64Within(piece, before));
  const forURLs = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [piece, encodeURIComponent(piece), ...base64, ...forURLs];
}

/** The base64 that a text becomes within a longer one, for each number (modulo 3) of bytes before it; without what the neighbours change. */
function base64Within(text: string, before: number): string {
  const encoded = Buffer.from('\0'.repeat(before) + text).toString('base64');
  const end = Math.floor(((before + text.length) * 8) / 6);
  return encoded.slice(Math.ceil((before * 8) / 6), end);
}
