import type { ClusterView, RolloutView } from '../../src/temporal/rollout-view.js';
import { useProduct } from '../support/product.js';
import { until } from '../support/wait.js';

/** Each look is a query that the worker answers; what is waited for takes seconds, and stays. */
const LOOK_EVERY_MS = 400;

/** Every answer of the API in this run, for the test that looks for secrets in them. */
export const answers: string[] = [];

/** Sends a request to the running API. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown; text: string }> {
  const { api } = await useProduct();
  const response = await fetch(`${api}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  answers.push(text);
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), text };
}

/** Starts a rollout by HTTP; fails unless it was started. */
export async function start(document: object): Promise<void> {
  const answer = await call('POST', '/v1/rollouts', document);
  if (answer.status >= 300) throw new Error(`the API answered ${answer.status}: ${answer.text}`);
}

/** The rollout of a mesh now. */
export async function get(mesh: string): Promise<RolloutView> {
  const answer = await call('GET', `/v1/rollouts/${mesh}`);
  if (answer.status !== 200) throw new Error(`the API answered ${answer.status}: ${answer.text}`);
  return answer.body as RolloutView;
}

/** Waits until the rollout of a mesh has a status. */
export async function reaches(mesh: string, status: string, timeoutMs = 240_000): Promise<RolloutView> {
  return await until(
    `${mesh} is ${status}`,
    async () => {
      const rollout = await get(mesh);
      if (rollout.execution === 'FAILED') throw new Error(JSON.stringify(rollout));
      return rollout.status === status ? rollout : undefined;
    },
    timeoutMs,
    LOOK_EVERY_MS,
  );
}

/** Waits until a cluster of a rollout satisfies a condition. */
export async function cluster(
  mesh: string,
  name: string,
  what: string,
  condition: (found: ClusterView) => boolean,
  timeoutMs = 240_000,
): Promise<ClusterView> {
  return await until(
    `${name} ${what}`,
    async () => (await get(mesh)).clusters.find((each) => each.cluster === name && condition(each)),
    timeoutMs,
    LOOK_EVERY_MS,
  );
}
