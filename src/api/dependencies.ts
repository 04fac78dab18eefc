import type { Logger } from 'pino';
import type { Parsed } from '../rollout/problems/problems.js';
import type { ResolvedRollout } from '../rollout/resolve/resolved.js';
import type { Rollouts } from '../temporal/reading/rollouts.js';
import type { Plans } from '../temporal/starting/plans.js';
import type { CodecService } from './codec-service.js';
import type { TokenSource } from './tokens.js';

/** The dependencies of the API. Tests pass their own. */
export interface ApiDependencies {
  readonly rollouts: Rollouts;
  readonly plans: Plans;
  /** Parses a document with the current inventory. @throws RolloutError `inventory-invalid` */
  readonly parseDocument: (document: unknown) => Promise<Parsed<ResolvedRollout>>;
  /** Absent: no token is needed, and only this machine is served. */
  readonly tokens?: TokenSource;
  /** Absent: payloads are not encrypted, and the codec endpoint does not exist. */
  readonly codec?: CodecService;
  readonly log: Logger;
  /** Time between two reads of a rollout that is followed, in milliseconds. @default 1000 */
  readonly lookIntervalMs?: number;
}
