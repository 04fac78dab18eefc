import type { GroupOutcome } from '../../../base/processes/run-in-group.js';
import { cut } from '../../../base/text/cut.js';
import { redact } from '../../../base/text/redact.js';
import type { ErrorCode } from '../../../rollout/codes.js';
import { RolloutError } from '../../../rollout/rollout-error.js';

/** Longer messages are cut: they stand in the progress of a cluster. */
const MAX_WORDS = 800;

/**
 * What istioctl and its kubectl say, and what it means; the first that fits counts. istioctl 1.4 has one exit status for
 * everything (255), and prints most reasons on its standard output.
 */
const MEANINGS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/"kubectl": executable file not found|--force cannot be used with --prune/, 'tool-version-differs'],
  [/You must be logged in|\bUnauthorized\b/, 'credentials-refused'],
  [/\b(?:User|user) "[^"]*" cannot\b/, 'permission-denied'],
  [
    /was refused|Unable to connect|i\/o timeout|TLS handshake timeout|connection reset|no route to host|unexpected EOF|timed out|etcdserver|ServiceUnavailable|the server is currently unable|object has been modified/i,
    'api-unavailable',
  ],
];

const ACTIONS: Partial<Record<ErrorCode, string>> = {
  'tool-version-differs': 'Give the workers a kubectl of 1.15 to 1.26; the step is retried meanwhile.',
};

/**
 * Returns why `manifest generate` failed: it talks to no cluster, so the values are wrong, or there is no such program.
 *
 * @param path of istioctl
 */
export function renderFailure(path: string, outcome: GroupOutcome): RolloutError {
  const { status, stdout, stderr } = outcome;
  if (status === 126 || status === 127) return notRunnable(path, status);
  // It repeats the whole input after its reason.
  const [reason = ''] = (stderr.trim() || stdout.trim()).split('Original YAML:');
  return new RolloutError('render-failed', `istioctl 1.4 ended with status ${status}: ${wordsOf(reason)}`);
}

/**
 * Returns why `manifest apply` failed.
 *
 * @param path of istioctl
 * @param cluster its name in the inventory
 */
export function applyFailure(path: string, cluster: string, outcome: GroupOutcome): RolloutError {
  const { status, stdout, stderr } = outcome;
  if (status === 126 || status === 127) return notRunnable(path, status);
  if (status >= 128 && status < 255) {
    const message = `istioctl 1.4 was killed (status ${status}), for example because the memory was used up`;
    return new RolloutError('api-unavailable', message, { cluster });
  }
  const details = stdout.split('\n').filter(isReason).join('\n');
  if (/failed to generate|bad path=value|failed validation/.test(stderr)) return renderFailure(path, outcome);
  const text = `${details}\n${stderr}`;
  const [, code = 'request-rejected'] = MEANINGS.find(([pattern]) => pattern.test(text)) ?? [];
  const action = ACTIONS[code];
  const message = `istioctl 1.4 ended with status ${status}: ${wordsOf(details || stderr || stdout)}`;
  return new RolloutError(code, message, { cluster, ...(action === undefined ? {} : { action }) });
}

/** Lines that say why, and not how far it is or what went well. */
function isReason(line: string): boolean {
  const isProgress =
    /^\s*(?:-|✔|✘|Error detail:\s*$|Component \S+ - manifest apply returned|Error: error running kubectl: exit status)/.test(
      line,
    );
  return line.trim() !== '' && !isProgress && !/ (?:created|configured|unchanged|pruned)$/.test(line);
}

function notRunnable(path: string, status: number): RolloutError {
  const what = status === 127 ? `there is no istioctl at ${path}` : `the istioctl at ${path} cannot be run`;
  return new RolloutError('tool-version-differs', what);
}

/** Every component fails for the same reason, and istioctl counts how often kubectl has said it. */
function wordsOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/ \(repeated \d+ times\)\s*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('Run the command with the --force flag'));
  // Redacted before it is cut: half a credential would not be known for one any more.
  const words = redact([...new Set(lines)].join(' ').replaceAll(/\s+/g, ' '));
  return cut(words, MAX_WORDS) || 'it said nothing';
}
