/**
 * The workflows as a later version could have them: each begins with a timer that those of today do not have, so that
 * no history of one version can be replayed on the other.
 */
import { sleep } from '@temporalio/workflow';
import * as today from '../../../workflows/index.js';

export async function rollout(document: unknown) {
  await sleep(1);
  return await today.rollout(document);
}

export async function primary(input: Parameters<typeof today.primary>[0]) {
  await sleep(1);
  return await today.primary(input);
}

export async function remote(input: Parameters<typeof today.remote>[0]) {
  await sleep(1);
  return await today.remote(input);
}
