import { setTimeout as sleep } from 'node:timers/promises';
import type { RolloutEvent } from '../temporal/reading/rollout-event.js';
import type { ApiClient } from './api-client.js';
import { ApiProblem, ApiUnreachable, type ProblemBody } from './api-error.js';
import { readEvents } from './event-source.js';

/** What following a rollout yields: its events, and the problem when there are none for now. */
export type Followed =
  | RolloutEvent
  | { readonly type: 'problem'; readonly problem: ProblemBody }
  | { readonly type: 'end' };

const RECONNECT_MS = 1_000;

/**
 * Follows a rollout until it ends or the signal aborts. A broken stream is reopened after the last event
 * seen.
 * @throws ApiProblem when the API refuses the request; ApiUnreachable when it was never reached
 */
export async function* follow(
  client: ApiClient,
  mesh: string,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  let lastId: string | undefined;
  while (!signal.aborted) {
    try {
      const stream = await client.events(mesh, lastId, signal);
      for await (const { id, event, data } of readEvents(stream, signal)) {
        lastId = id ?? lastId;
        if (event === 'end') return yield { type: 'end' };
        if (event === 'problem') yield { type: 'problem', problem: JSON.parse(data) as ProblemBody };
        else if (event === 'snapshot' || event === 'change') yield JSON.parse(data) as RolloutEvent;
      }
    } catch (error) {
      if (signal.aborted) return;
      const isLost = lastId !== undefined && !isRefusal(error);
      if (!isLost) throw error;
      yield { type: 'problem', problem: lost(error) };
    }
    await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A server that is overloaded or has lost Temporal may recover. One that refuses will keep refusing. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status < 500;
}

function lost(error: unknown): ProblemBody {
  if (error instanceof ApiProblem) return error.problem;
  const title = error instanceof ApiUnreachable ? error.message : 'The connection to the API was lost.';
  return { title, status: 0, action: 'The rollout continues; the connection is tried again.' };
}
