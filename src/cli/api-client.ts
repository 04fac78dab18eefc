import { setTimeout as sleep } from 'node:timers/promises';
import type { Controls, DecisionInput, DecisionResult } from '../rollout/messages.js';
import type { PlanView, StartedPlan } from '../temporal/reading/plan-view.js';
import type { RolloutListItem, RolloutView } from '../temporal/reading/rollout-view.js';
import type { Decided } from '../temporal/starting/decide.js';
import type { StartedRollout } from '../temporal/starting/start-rollout.js';
import { ApiProblem, ApiUnreachable, type ProblemBody, UsageError } from './api-error.js';

/** Pauses before the request is sent again, in milliseconds. */
const START_AGAIN_MS = [500, 2_000];
/** Statuses of proxies that have lost the server behind them. */
const LOST_BEHIND_A_PROXY = [502, 504];
/** Status of a decision that the rollout has accepted and is still carrying out. */
const ACCEPTED = 202;

export interface ApiTarget {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly token?: string;
}

/** The API answers every call within seconds. This timeout is for a server that hangs. */
const TIMEOUT_MS = 30_000;

/**
 * The API client of the CLI. Every method throws {@link ApiUnreachable} or {@link ApiProblem}, and nothing
 * else.
 */
export class ApiClient {
  readonly target: ApiTarget;

  /**
   * @throws UsageError when the URL contains credentials: they are not sent, and would appear in every error
   */
  constructor(target: ApiTarget) {
    const { username, password } = URL.canParse(target.baseUrl) ? new URL(target.baseUrl) : {};
    if (username || password) {
      const action = 'Put the bearer token into MESH_ROLLOUT_TOKEN.';
      throw new UsageError('The URL of the API must not contain a user name or a password.', action);
    }
    this.target = target;
  }

  /**
   * Starts a rollout. When only the answer was lost, the request is sent again with the same key. The API
   * then returns the rollout that the first request started.
   * @param key Idempotency-Key of this start
   */
  async start(document: unknown, key: string): Promise<StartedRollout> {
    for (const pause of START_AGAIN_MS) {
      try {
        return await this.#json('POST', '/v1/rollouts', document, { 'idempotency-key': key });
      } catch (error) {
        if (!isAnswerLost(error)) throw error;
        await sleep(pause);
      }
    }
    return this.#json('POST', '/v1/rollouts', document, { 'idempotency-key': key });
  }

  startPlan(document: unknown): Promise<StartedPlan> {
    return this.#json('POST', '/v1/plans', document);
  }

  getPlan(planId: string): Promise<PlanView> {
    return this.#json('GET', `/v1/plans/${encodeURIComponent(planId)}`);
  }

  async cancelPlan(planId: string): Promise<void> {
    await this.#send('DELETE', `/v1/plans/${encodeURIComponent(planId)}`);
  }

  async list(limit: number): Promise<readonly RolloutListItem[]> {
    const answer = await this.#json<{ rollouts: readonly RolloutListItem[] }>(
      'GET',
      `/v1/rollouts?limit=${limit}`,
    );
    return answer.rollouts;
  }

  get(mesh: string): Promise<RolloutView> {
    return this.#json('GET', rolloutPath(mesh));
  }

  async decide(
    mesh: string,
    action: 'retry' | 'skip',
    input: Omit<DecisionInput, 'by' | 'via'>,
  ): Promise<Decided<DecisionResult>> {
    const answer = await this.#send('POST', `${rolloutPath(mesh)}/${action}`, input);
    if (answer.status === ACCEPTED) return { state: 'pending' };
    return { state: 'done', result: await this.#read<DecisionResult>(answer) };
  }

  /** Sends a control of the whole rollout, such as `pause`. */
  async control<Name extends keyof Controls>(
    mesh: string,
    name: Name,
    input: Omit<Controls[Name], 'by' | 'via'>,
  ): Promise<Decided<void>> {
    const [method, path] = name === 'set' ? ['PATCH', 'strategy'] : ['POST', name];
    const answer = await this.#send(method, `${rolloutPath(mesh)}/${path}`, input);
    return answer.status === ACCEPTED ? { state: 'pending' } : { state: 'done', result: undefined };
  }

  /**
   * Opens the stream of a rollout's events.
   * @param lastId the last event seen; the stream continues after it
   */
  async events(
    mesh: string,
    lastId: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
    const answer = await this.#fetch(`${rolloutPath(mesh)}/events`, { headers, signal });
    if (!answer.body) throw new ApiUnreachable(this.target.baseUrl, 'the answer is empty');
    return answer.body;
  }

  async #json<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<T> {
    return this.#read<T>(await this.#send(method, path, body, headers));
  }

  #send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return this.#fetch(path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  async #read<T>(answer: Response): Promise<T> {
    try {
      return (await answer.json()) as T;
    } catch (error) {
      throw new ApiUnreachable(this.target.baseUrl, 'the server there is not the API of mesh-rollout', {
        cause: error,
        mayBeTaken: wasConnected(error),
      });
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const { baseUrl, token } = this.target;
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    let answer: Response;
    try {
      // A redirect could send the token to another server.
      answer = await fetch(`${baseUrl}${path}`, { ...init, headers, redirect: 'error' });
    } catch (error) {
      throw new ApiUnreachable(baseUrl, reasonOf(error), { cause: error, mayBeTaken: wasConnected(error) });
    }
    if (!answer.ok) throw new ApiProblem(await readProblem(answer));
    return answer;
  }
}

function rolloutPath(mesh: string): string {
  return `/v1/rollouts/${encodeURIComponent(mesh)}`;
}

async function readProblem(answer: Response): Promise<ProblemBody> {
  const fallback = {
    title: `The server answered ${answer.status} ${answer.statusText}.`,
    status: answer.status,
  };
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  if (!isProblem)
    return {
      ...fallback,
      action: 'Check that --api or MESH_ROLLOUT_API is the URL of the API of mesh-rollout.',
    };
  return answer.json().then(
    (problem: Partial<ProblemBody>) => ({ ...fallback, ...problem }),
    () => fallback,
  );
}

function isAnswerLost(error: unknown): boolean {
  if (error instanceof ApiProblem) return LOST_BEHIND_A_PROXY.includes(error.problem.status);
  return error instanceof ApiUnreachable && error.mayBeTaken;
}

/** Codes of undici and Node for a connection that was established and then broke, or that timed out. */
const BROKEN = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

function wasConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const cause = error.cause as { code?: string } | undefined;
  return error.name === 'TimeoutError' || BROKEN.has(cause?.code ?? '');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const cause = error.cause as { code?: string; message?: string } | undefined;
  if (cause?.code === 'ECONNREFUSED') return 'connection refused';
  return cause?.message || cause?.code || error.message;
}
