import type { GroupOutcome } from '../../../../base/processes/run-in-group.js';
import { cut } from '../../../../base/text/cut.js';
import { redact } from '../../../../base/text/redact.js';
import type { ErrorCode } from '../../../../rollout/codes.js';
import { RolloutError } from '../../../../rollout/rollout-error.js';

/** Exit status of a shell for a command that it cannot run, and for one that does not exist. */
const CANNOT_RUN = [126, 127];
/** Exit status of a shell for a command that SIGKILL has ended. */
const KILLED = 137;
/** Longer messages are cut: they stand in the progress of a cluster. */
const MAX_WORDS = 600;

/**
 * What Helm says when an upgrade fails, by the code that it means. Helm has one exit status for all of it, so the words
 * decide; the first pattern that matches wins. (Helm 3.22 and 4.2: pkg/action/{action,upgrade,validate}.go,
 * pkg/kube/client.go; the rest are words of client-go and of the API server.)
 */
const CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/another operation \(install\/upgrade\/rollback\) is in progress/, 'release-pending'],
  [/cannot be imported into the current release|invalid ownership metadata/, 'installer-conflict'],
  [/conflict occurred while applying|Apply failed with \d+ conflict/, 'field-conflict'],
  [/\bis forbidden: User\b|\bcannot (?:get|list|create|update|patch|delete) resource\b/, 'permission-denied'],
  [
    /\bUnauthorized\b|must be logged in to the server|asked for the client to provide credentials/,
    'credentials-refused',
  ],
  [
    /admission webhook .* denied the request|ValidatingAdmissionPolicy .* denied|\bis invalid: /,
    'request-rejected',
  ],
  [
    /Kubernetes cluster unreachable|connection refused|connection reset|no such host|i\/o timeout|TLS handshake timeout|context deadline exceeded|server is currently unable|etcdserver|unexpected EOF|Too Many Requests/i,
    'api-unavailable',
  ],
];

/** What was asked of Helm. */
export interface HelmCall {
  /** The path of the binary. */
  readonly path: string;
  readonly verb: string;
  /** The cluster that it was to talk to; undefined where it only renders. */
  readonly cluster?: string | undefined;
}

/**
 * Returns the error for a call that has failed, with Helm's own words, cut and without credentials: `tool-version-differs`
 * when there is no Helm that can be run, `render-failed` for a call that talks to no cluster, `release-pending` for one that was
 * killed from outside, `install-failed` for anything else that the words do not explain.
 */
export function helmFailure({ path, verb, cluster }: HelmCall, outcome: GroupOutcome): RolloutError {
  const about = cluster === undefined ? {} : { cluster };
  const { status } = outcome;
  if (status === 127) return new RolloutError('tool-version-differs', `there is no Helm at ${path}`, about);
  const said = wordsOf(outcome);
  // Redacted before it is cut: half a credential would not be known for one any more.
  const words = cut(redact(said), MAX_WORDS) || 'it said nothing';
  const message = `helm ${verb} ended with status ${status}: ${words}`;
  if (CANNOT_RUN.includes(status)) return new RolloutError('tool-version-differs', message, about);
  if (cluster === undefined) return new RolloutError('render-failed', message);
  // The release stays pending, and the next attempt continues from there.
  if (status === KILLED) return new RolloutError('release-pending', `helm ${verb} was killed`, about);
  const code = CODES.find(([pattern]) => pattern.test(said))?.[1] ?? 'install-failed';
  return new RolloutError(code, message, about);
}

const ADVICE = / Use --debug flag to render out invalid YAML$/;

/** The line that begins with `Error:` and what follows it; all of it where there is none. */
function wordsOf({ stderr, stdout }: GroupOutcome): string {
  const all = stderr.trim() || stdout.trim();
  const at = all.search(/^Error: /m);
  return (at < 0 ? all : all.slice(at + 'Error: '.length)).replaceAll(/\s+/g, ' ').trim().replace(ADVICE, '');
}
