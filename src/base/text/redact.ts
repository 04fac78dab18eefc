import { cutWords } from './cut.js';

/**
 * Longer texts are cut before they are searched. Remote servers write these texts, nobody reads more of them, and the
 * search must not delay the worker's heartbeats.
 */
const LONGEST_TEXT = 8 * 1024;

/**
 * Patterns of credentials and their replacements. The order matters: whole blocks come first. No pattern may
 * backtrack over a text of unbounded length.
 */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  // A PEM block, even if it is cut off.
  [/-----BEGIN [A-Z0-9 ]{1,64}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,64}-----|$)/g, '[redacted PEM]'],
  // base64 of "-----BEGIN", of "apiVersion:" (a kubeconfig) and of a JWT, as found in Secrets and kubeconfigs.
  [/\b(?:LS0tLS1CRUdJTi|YXBpVmVyc2lvbjog|ZXlKa|ZXlKh)[A-Za-z0-9+/_-]{8,}={0,2}/g, '[redacted base64]'],
  // A JWT, or anything else that is base64 of JSON, such as the logins of image registries.
  [/\beyJ[\w+/-]{8,}={0,2}(?:\.[\w-]*){0,2}/g, '[redacted token]'],
  [/\b(Bearer\s+)[\w.~+/=-]{16,}/gi, '$1[redacted]'],
  // Quotes are escaped in JSON inside JSON.
  [/\b(Authorization\\{0,4}["']?\s*[:=]\s*\\{0,4}["']?(?:Basic|Bearer)\s+)[^\s"',}]+/gi, '$1[redacted]'],
  [
    /\b((?:client-key|client-certificate|certificate-authority)-data\\{0,4}["']?\s*[:=]\s*\\{0,4}["']?)[^\s"',}]+/gi,
    '$1[redacted]',
  ],
  // A short value without a digit counts as prose: "token: connection refused".
  [
    /\b((?:token|password|secret)\\{0,4}["']?\s*[:=]\s*\\{0,4}["']?)(?=[^\s"',}]{0,127}\d|[^\s"',}]{128})[^\s"',}]{6,}/gi,
    '$1[redacted]',
  ],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]+:[^\s/@]+@/gi, '$1[redacted]@'],
  // Any other text this long and dense is a key, a certificate or a token of an unknown kind.
  [/[A-Za-z0-9+/_-]{160,}={0,2}/g, '[redacted base64]'],
];

/**
 * Returns a text without its credentials, for users, logs or the history: PEM blocks, JWTs, bearer tokens, passwords
 * in URLs, and the base64 data of kubeconfigs and Secrets are removed. Ordinary words are unchanged. A text of more
 * than 8 KiB is cut, and ends with `…`.
 */
export function redact(text: string): string {
  const words = cutWords(text, LONGEST_TEXT);
  const safe = CREDENTIALS.reduce(
    (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
    words,
  );
  return words === text ? safe : `${safe}…`;
}
