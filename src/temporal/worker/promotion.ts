import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { Logger } from 'pino';
import type { TemporalAccess } from '../connection/connection.js';
import { GrpcStatus, grpcDetailsOf, grpcStatusOf } from '../connection/grpc-status.js';
import { type Candidacy, currentBuildId, promotionStatus } from './current-version.js';

const LOOK_TIMEOUT_MS = 3_000;
/** The server first checks whether the version's task queues are polled, which takes time. */
const CHANGE_TIMEOUT_MS = 15_000;
/** The server knows a version some hundred milliseconds after the first poll of its workers. */
const SHORT_PAUSE_MS = 200;
const QUICK_TRIES = 50;
const LONG_PAUSE_MS = 5_000;

/** A running promotion. */
export interface Promotion {
  /** How it ended: the version is current, another one stays current, or the promotion was stopped. Never rejects. */
  readonly ended: Promise<Ending>;
  /** Ends the attempts immediately. Call it when the worker stops. */
  stop(): void;
}

type Ending = 'current' | 'not-current' | 'stopped';

/**
 * Makes a version the current one, which receives new rollouts, unless {@link promotionStatus} is against it. The
 * server knows a version only after its workers have polled, so this runs beside the worker. Failures are logged and
 * retried; running rollouts are not affected.
 */
export function startPromotion(
  access: TemporalAccess,
  version: WorkerDeploymentVersion,
  log: Logger,
): Promotion {
  const stopping = new AbortController();
  const stopped = new Promise<Ending>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve('stopped'));
  });
  return {
    // A running call is not awaited: the worker may be stopping because Temporal is gone.
    ended: Promise.race([promote(access, version, log, stopping.signal), stopped]),
    stop: () => stopping.abort(),
  };
}

async function promote(
  access: TemporalAccess,
  version: WorkerDeploymentVersion,
  log: Logger,
  signal: AbortSignal,
): Promise<Ending> {
  let told = '';
  for (let tries = 1; !signal.aborted; tries++) {
    const quick = tries < QUICK_TRIES;
    let reason: string | undefined;
    try {
      const { state, current } = await tryOnce(access, version);
      if (state === 'is') {
        log.info({ ...version }, 'this version is current: new rollouts go to its workers');
        return 'current';
      }
      if (state !== 'unknown') {
        log.warn({ ...version, current, why: WHY[state], command: commandFor(version) }, NOT_CURRENT);
        return 'not-current';
      }
      reason = quick ? undefined : 'the server has not registered it, although the worker runs';
    } catch (error) {
      reason = quick && isRace(error) ? undefined : grpcDetailsOf(error);
    }
    if (signal.aborted) return 'stopped';
    if (reason !== undefined && reason !== told) {
      log.error({ ...version, reason }, 'this version could not be made current; retrying');
      told = reason;
    }
    const pauseMs = reason === undefined ? SHORT_PAUSE_MS : LONG_PAUSE_MS;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return 'stopped';
}

const NOT_CURRENT = 'this version is not current: it continues its rollouts and receives no new ones';
const WHY = {
  'newer-is': 'a newer version is current',
  was: 'it was current before, and somebody has changed that',
} as const;

/** Returns the command with which a person makes a version current, for example for a rollback. */
function commandFor({ deploymentName, buildId }: WorkerDeploymentVersion): string {
  return `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`;
}

async function tryOnce(
  access: TemporalAccess,
  version: WorkerDeploymentVersion,
): Promise<{ state: Exclude<Candidacy, 'become'>; current?: string | undefined }> {
  const { namespace } = access.target;
  const { workflowService } = access.client;
  const { deploymentName, buildId } = version;
  const described = await access
    .call(LOOK_TIMEOUT_MS, () => workflowService.describeWorkerDeployment({ namespace, deploymentName }))
    .catch((error) => {
      if (grpcStatusOf(error) === GrpcStatus.notFound) return undefined;
      throw error;
    });
  const deployment = described?.workerDeploymentInfo;
  if (!deployment) return { state: 'unknown' };
  const state = promotionStatus(deployment, version);
  if (state !== 'become') return { state, current: currentBuildId(deployment) };
  // With the token the server refuses if the deployment has changed since. The versions are then checked again.
  const conflictToken = described.conflictToken ?? new Uint8Array();
  await access.call(CHANGE_TIMEOUT_MS, () =>
    workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId, conflictToken }),
  );
  return { state: 'is' };
}

/** Returns whether the server refused because another worker was faster, or the first polls have not arrived. */
function isRace(error: unknown): boolean {
  return grpcStatusOf(error) === GrpcStatus.failedPrecondition;
}
