import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDependencies } from '../../activities/dependencies.js';
import { Installers } from '../../src/istio/installers/installers.js';
import { Clusters } from '../../src/kubernetes/connection/clusters.js';
import { REFUSAL_PATIENCE_MS } from '../../src/kubernetes/errors/refusals.js';
import type { InventoryCluster } from '../../src/rollout/inventory/inventory.js';
import { temporaryFolder } from '../kubernetes/support/temporary-folder.js';

/** Runs an activity as a worker would, without a worker. */
export function run<Input, Result>(
  activity: (input: Input) => Promise<Result>,
  input: Input,
  info: Partial<Info> = {},
): Promise<Result> {
  return activityEnvironment({
    heartbeatTimeoutMs: 10_000,
    startToCloseTimeoutMs: 300_000,
    scheduleToCloseTimeoutMs: 0,
    ...info,
  }).run(activity, input);
}

/** What an activity runs in. It logs nothing: the failures that tests bring about would stand between their results. */
export function activityEnvironment(info: Partial<Info> = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR', () => {}) });
}

/** As Temporal does: again, unless a person is needed. */
export async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + 180_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as { nonRetryable?: boolean }).nonRetryable !== false || Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** The ApplicationFailure with which an activity ends. */
export async function failureOf(running: Promise<unknown>): Promise<ApplicationFailure> {
  const outcome = await running.then(
    (value) => `succeeded with ${JSON.stringify(value)}`,
    (error: unknown) => error,
  );
  if (outcome instanceof ApplicationFailure) return outcome;
  throw new Error('no ApplicationFailure', { cause: outcome });
}

/** Dependencies on an inventory of those clusters, and on an istioctl; refused credentials count after that time. */
export async function dependenciesOn(
  clusters: readonly InventoryCluster[],
  istioctl = 'istioctl',
  refusalPatienceMs = REFUSAL_PATIENCE_MS,
): Promise<ActivityDependencies> {
  const path = join(await temporaryFolder(), 'inventory.json');
  await writeFile(path, JSON.stringify({ clusters }));
  return {
    clusters: new Clusters(path, refusalPatienceMs),
    installers: new Installers({ istioctl: [istioctl], kubectl: 'kubectl' }),
    temporalClient: () => Promise.reject(new Error('no Temporal in this test')),
    maxActivities: 10,
    isStopping: () => false,
  };
}

/** A program that says it is istioctl of a version, and can do nothing else. */
export async function fakeIstioctl(version: string): Promise<string> {
  const path = join(await temporaryFolder(), 'istioctl');
  await writeFile(path, `#!/bin/sh\necho '{"clientVersion":{"version":"${version}"}}'\n`);
  await chmod(path, 0o755);
  return path;
}
