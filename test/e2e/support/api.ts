import type { ClusterView, RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import { useProduct } from '../../support/product.js';
import { type UntilOptions, until } from '../../support/wait.js';

/** Each look is a query that the worker answers; what is waited for takes seconds, and stays. */
const PATIENCE = { timeoutMs: 240_000, intervalMs: 400 };

/** Every answer of the API in this process, for the test that looks for secrets in them. */
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

/** Everything that the API says about a mesh and about itself, with the first of its events. */
export async function everythingAbout(mesh: string): Promise<string> {
  const { api } = await useProduct();
  const paths = ['/v1/rollouts', `/v1/rollouts/${mesh}`, '/metrics', '/readyz', '/healthz'];
  const texts = paths.map(async (path) => await (await fetch(`${api}${path}`)).text());
  const stop = new AbortController();
  const events = await fetch(`${api}/v1/rollouts/${mesh}/events`, { signal: stop.signal });
  const first = await events.body?.getReader().read();
  stop.abort();
  return [...(await Promise.all(texts)), new TextDecoder().decode(first?.value)].join('\n');
}

/** An answer of the API that a test did not ask for. */
class UnexpectedAnswer extends Error {
  readonly code: unknown;

  constructor({ status, body, text }: Awaited<ReturnType<typeof call>>) {
    super(`the API answered ${status}: ${text}`);
    this.code = (body as { code?: unknown } | undefined)?.code;
  }
}

/** For waits of a test that has killed Temporal: the API says so until it has found it again. */
export function isTemporalAway(error: unknown): boolean {
  return error instanceof UnexpectedAnswer && error.code === 'temporal-unavailable';
}

/** Starts a rollout by HTTP; fails unless it was started. */
export async function start(document: object): Promise<void> {
  const answer = await call('POST', '/v1/rollouts', document);
  if (answer.status >= 300) throw new UnexpectedAnswer(answer);
}

/** Decides something about a rollout by HTTP; fails unless the rollout accepts it. */
export async function decide(
  mesh: string,
  action: 'retry' | 'pause' | 'resume',
  body: object = {},
): Promise<void> {
  const answer = await call('POST', `/v1/rollouts/${mesh}/${action}`, body);
  if (answer.status >= 300) throw new UnexpectedAnswer(answer);
}

/** The rollout of a mesh now. */
export async function get(mesh: string): Promise<RolloutView> {
  const answer = await call('GET', `/v1/rollouts/${mesh}`);
  if (answer.status !== 200) throw new UnexpectedAnswer(answer);
  return answer.body as RolloutView;
}

/** Waits until the rollout of a mesh has a status; fails at once when the API answers with an error. */
export async function reaches(mesh: string, status: string): Promise<RolloutView> {
  const condition = async () => {
    const rollout = await get(mesh);
    if (rollout.execution === 'FAILED') throw new Error(JSON.stringify(rollout));
    return rollout.status === status ? rollout : undefined;
  };
  return await until(`${mesh} is ${status}`, condition, PATIENCE);
}

/** Waits until a cluster of a rollout satisfies a condition; fails at once when the API answers with an error. */
export async function cluster(
  mesh: string,
  name: string,
  what: string,
  condition: (found: ClusterView) => boolean,
  options: Pick<UntilOptions, 'tolerate'> = {},
): Promise<ClusterView> {
  const look = async () =>
    (await get(mesh)).clusters.find((each) => each.cluster === name && condition(each));
  return await until(`${name} ${what}`, look, { ...PATIENCE, ...options });
}
