import { quote } from './wording.js';

/**
 * The syntax of names and labels in Kubernetes. Every `…Problem` returns what is wrong with a value, or undefined.
 */

/** The patterns that OpenAPI shows. The problems below say the same in words. */
export const PATTERN = {
  dnsLabel: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  labelValue: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$',
  labelKey: '^([a-z0-9][-a-z0-9.]*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
} as const;

const DNS_LABEL = new RegExp(PATTERN.dnsLabel);
const LABEL_VALUE = new RegExp(PATTERN.labelValue);
const LABEL_KEY = new RegExp(PATTERN.labelKey);
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LONGEST_NAME = 63;
const LONGEST_PREFIX = 253;

/** Returns that a value is not a string and how to make it one, or undefined when it is a string. */
export function stringProblem(input: unknown): string | undefined {
  if (typeof input === 'string') return undefined;
  const unquoted = typeof input === 'number' || typeof input === 'boolean';
  return `must be a string, not ${nameOfType(input)}${unquoted ? ': write it in quotes' : ''}`;
}

/** Returns the type of a parsed YAML or JSON value, in the words of YAML. */
export function nameOfType(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  return `a ${typeof input}`;
}

/**
 * Checks a DNS-1123 label: the names of meshes, clusters, waves and namespaces.
 *
 * @param longest the limit of Kubernetes, or less if other names are derived from this one
 */
export function dnsLabelProblem(input: unknown, longest = LONGEST_NAME): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  if (input === '') return 'must not be empty';
  if (input.length > longest) return `has ${input.length} characters; at most ${longest} are allowed`;
  if (DNS_LABEL.test(input)) return undefined;
  return `${quote(input)} is not a DNS-1123 label: use lower-case letters, digits and "-", with a letter or digit at both ends`;
}

/** Checks the value of a Kubernetes label, which may be empty. */
export function labelValueProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  if (input.length > LONGEST_NAME)
    return `has ${input.length} characters; at most ${LONGEST_NAME} are allowed`;
  if (LABEL_VALUE.test(input)) return undefined;
  return `${quote(input)} is not a label value: use letters, digits, "-", "_" and ".", with a letter or digit at both ends`;
}

/** Checks the key of a Kubernetes label: `tier` or `topology.kubernetes.io/region`. */
export function labelKeyProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  const slash = input.indexOf('/');
  const prefix = slash < 0 ? undefined : input.slice(0, slash);
  const name = input.slice(slash + 1);
  const prefixFits = prefix === undefined || (prefix.length <= LONGEST_PREFIX && DNS_SUBDOMAIN.test(prefix));
  if (prefixFits && name.length <= LONGEST_NAME && LABEL_KEY.test(input)) return undefined;
  return `${quote(input)} is not a label key: it looks like tier or topology.kubernetes.io/region`;
}

/** Checks a label value that must not be empty: identifiers of meshes and networks. */
export function identifierProblem(input: unknown): string | undefined {
  return input === '' ? 'must not be empty' : labelValueProblem(input);
}
