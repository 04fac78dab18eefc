import type { ErrorCode, FindingCode } from '../../../src/rollout/codes.js';
import type { PrimaryStep, RemoteStep, RolloutStep } from '../../../src/rollout/steps.js';

/**
 * What comes of each fault at each step. The tests of faults see every cell happen, and docs/faults.md shows the table.
 */

export type Code = ErrorCode | FindingCode;

/** What comes of a fault. */
export type Cell =
  /** The step is tried again until the fault has gone; the code is shown meanwhile. */
  | { readonly is: 'retried'; readonly code: Code }
  /** The cluster waits for a person with this code, and completes after `retry`. */
  | { readonly is: 'parked'; readonly code: Code }
  | { readonly is: 'unharmed' }
  | { readonly is: 'not applicable'; readonly reason: Reason };

/** Why a step cannot meet a fault, by the letter that stands for it in docs/faults.md. */
export const REASONS = {
  a: 'The step only reads.',
  b: 'The step writes only if istiod has moved since.',
  c: 'The step writes a Namespace. Quotas apply only to objects inside a namespace.',
  d: 'The step contacts no cluster.',
  e: 'The step does not run istioctl.',
} as const;
export type Reason = keyof typeof REASONS;

/** The faults, and what is made to happen. */
export const FAULTS = {
  refused: 'nothing listens at the address of the API server',
  slow: 'the API server does not answer before the request times out',
  '429 with Retry-After': 'the API server is overloaded, and says when to try again',
  '500 Internal Server Error': 'the API server fails',
  'disk of etcd full': 'the API server cannot store anything, but answers reads and dry runs',
  'certificate changed': 'the API server presents a certificate of another CA',
  'token revoked':
    'the API server no longer accepts the token; a person writes a new one into the kubeconfig',
  'permission gone': 'a verb that the step needs is removed from the role of the account',
  'webhook that refuses': 'an admission webhook refuses what the step writes or tries as a dry run',
  'field of another manager':
    'another field manager applies a different value to a field that the step writes',
  quota: 'a ResourceQuota forbids what the step creates or tries as a dry run',
  'tool missing': 'istioctl is missing on the machine of the worker',
  'disk of the worker full': 'the worker can write neither its log nor temporary files',
} as const;
export type FaultName = keyof typeof FAULTS;

/** A step at which faults are made. */
export type Step = RolloutStep | PrimaryStep | RemoteStep;

/** Steps by columns, and a row for each fault. */
export interface Table<Column extends Step = Step> {
  readonly columns: readonly Column[];
  readonly rows: Readonly<Record<FaultName, readonly Cell[]>>;
}

const retried = (code: Code): Cell => ({ is: 'retried', code });
const parked = (code: Code): Cell => ({ is: 'parked', code });
const no = (reason: Reason): Cell => ({ is: 'not applicable', reason });
const unharmed: Cell = { is: 'unharmed' };

const unreachable = retried('cluster-unreachable');
const unavailable = retried('api-unavailable');
const unusable = parked('cluster-not-usable');
const refused = parked('credentials-refused');
const denied = parked('permission-denied');
const rejected = parked('request-rejected');
const conflict = parked('field-conflict');
const otherTool = retried('tool-version-differs');

/** Faults of a remote's API server, or of the worker, at the steps of the remote. */
export const AT_REMOTE = {
  columns: [
    'validate',
    'prepare-namespace',
    'install-remote',
    'register-remote',
    'activate-injection',
    'verify-remote',
    'label-namespaces',
    'verify-injection',
  ],
  // biome-ignore format: a table
  rows: {
    'refused': [unreachable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable],
    'slow': [unreachable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable],
    '429 with Retry-After': [unreachable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable],
    '500 Internal Server Error': [unreachable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable, unavailable],
    'disk of etcd full': [no('a'), unavailable, unavailable, unavailable, unavailable, no('b'), unavailable, no('a')],
    'certificate changed': [parked('kubeconfig-unusable'), unusable, unusable, unusable, unusable, unusable, unusable, unusable],
    'token revoked': [parked('credentials-rejected'), refused, refused, refused, refused, refused, refused, refused],
    'permission gone': [parked('permission-missing'), denied, denied, denied, denied, denied, denied, denied],
    'webhook that refuses': [no('a'), rejected, rejected, rejected, parked('injection-not-proven'), no('b'), rejected, parked('injection-not-proven')],
    'field of another manager': [parked('namespace-label-conflict'), conflict, conflict, conflict, conflict, unharmed, parked('namespace-not-ready'), no('a')],
    'quota': [no('a'), no('c'), rejected, rejected, parked('injection-refused'), no('b'), parked('injection-refused'), parked('injection-refused')],
    'tool missing': [no('e'), no('e'), otherTool, no('e'), otherTool, no('e'), no('e'), no('e')],
    'disk of the worker full': [unharmed, unharmed, unharmed, unharmed, unharmed, unharmed, unharmed, unharmed],
  },
} as const satisfies Table;

/** Faults of the primary's API server, or of the worker, at the steps of the primary and of the rollout itself. */
export const AT_PRIMARY = {
  columns: ['resolve', 'validate', 'deploy-primary', 'collect-endpoints', 'refresh-endpoints'],
  // biome-ignore format: a table
  rows: {
    'refused': [no('d'), unreachable, unavailable, unavailable, unavailable],
    'slow': [no('d'), unreachable, unavailable, unavailable, unavailable],
    '429 with Retry-After': [no('d'), unreachable, unavailable, unavailable, unavailable],
    '500 Internal Server Error': [no('d'), unreachable, unavailable, unavailable, unavailable],
    'disk of etcd full': [no('d'), no('a'), unavailable, no('a'), no('a')],
    'certificate changed': [no('d'), parked('kubeconfig-unusable'), unusable, unusable, unusable],
    'token revoked': [no('d'), parked('credentials-rejected'), refused, refused, refused],
    'permission gone': [no('d'), parked('permission-missing'), denied, denied, denied],
    'webhook that refuses': [no('d'), no('a'), rejected, no('a'), no('a')],
    'field of another manager': [no('d'), no('a'), conflict, no('a'), no('a')],
    'quota': [no('d'), no('a'), rejected, no('a'), no('a')],
    'tool missing': [unharmed, parked('tool-release-mismatch'), otherTool, no('e'), no('e')],
    'disk of the worker full': [unharmed, unharmed, unharmed, unharmed, unharmed],
  },
} as const satisfies Table;
