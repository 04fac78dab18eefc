/** What may look like a credential, and what is written in its place; the order matters: whole blocks come first. */
const CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  // A PEM block, also one that was cut off.
  [/-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g, '[redacted PEM]'],
  // base64 of "-----BEGIN", of "apiVersion:" (a kubeconfig) and of a JWT, as Secrets and kubeconfigs carry them.
  [/\b(?:LS0tLS1CRUdJTi|YXBpVmVyc2lvbjog|ZXlKa|ZXlKh)[A-Za-z0-9+/_-]{8,}={0,2}/g, '[redacted base64]'],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,2}/g, '[redacted token]'],
  [/\b(Bearer\s+)[\w.~+/=-]{16,}/gi, '$1[redacted]'],
  [/\b(Authorization["']?\s*[:=]\s*["']?(?:Basic|Bearer)\s+)[^\s"',}]+/gi, '$1[redacted]'],
  [
    /\b((?:client-key|client-certificate|certificate-authority)-data["']?\s*[:=]\s*["']?)[^\s"',}]+/gi,
    '$1[redacted]',
  ],
  // A value without a digit is taken for prose: "token: connection refused".
  [/\b((?:token|password|secret)["']?\s*[:=]\s*["']?)(?=[^\s"',}]*\d)[^\s"',}]{6,}/gi, '$1[redacted]'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, '$1[redacted]@'],
  // Anything else this long and this dense is a key, a certificate or a token of a kind not known here.
  [/[A-Za-z0-9+/_-]{160,}={0,2}/g, '[redacted base64]'],
];

/**
 * Takes credentials out of a text that users, logs or the history will see: PEM blocks, JWTs, bearer tokens, passwords
 * in URLs, and the base64 data of kubeconfigs and Secrets. Ordinary words stay as they are.
 */
export function redact(text: string): string {
  return CREDENTIALS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}
