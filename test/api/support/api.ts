import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../../../src/api/app.js';
import type { ApiDependencies } from '../../../src/api/dependencies.js';
import type { Token, TokenSource } from '../../../src/api/tokens.js';
import type { ResolvedRollout } from '../../../src/rollout/resolve/resolved.js';
import type { Rollouts } from '../../../src/temporal/reading/rollouts.js';
import type { Plans } from '../../../src/temporal/starting/plans.js';
import { PLAN_ID, runningPlan } from './plans.js';
import { runningRollout } from './views.js';

export interface FakeApi {
  readonly app: FastifyInstance;
  /** What the rollouts were asked: method and arguments. */
  readonly calls: unknown[][];
  /** Everything that was logged. */
  readonly log: () => string;
}

/** What a test may replace. */
type Changes = Partial<Rollouts> &
  Partial<Omit<ApiDependencies, 'plans' | 'tokens'>> & {
    readonly plans?: Partial<Plans>;
    /** Those of now, where they change in the test. */
    readonly tokens?: readonly Token[] | TokenSource;
  };

/** The API with rollouts that remember what they were asked. A document is valid when it has a mesh. */
export async function fakeApi({ plans: planChanges, tokens, ...changes }: Changes = {}): Promise<FakeApi> {
  const calls: unknown[][] = [];
  const remember =
    <R>(name: string, answer: R) =>
    async (...args: unknown[]): Promise<R> => {
      calls.push([name, ...args]);
      return answer;
    };
  const rollouts: Rollouts = {
    start: remember('start', { mesh: 'shop', rolloutId: 'run-1', workflowId: 'mesh/shop' }),
    list: remember('list', []),
    get: remember('get', runningRollout()),
    retry: remember('retry', { state: 'done' as const, result: { clusters: ['eu-2'] } }),
    skip: remember('skip', { state: 'done' as const, result: { clusters: ['eu-2'] } }),
    control: remember('control', { state: 'done' as const, result: undefined }),
    figures: remember('figures', { rollouts: new Map(), parkedByCode: new Map(), withoutAnswer: 0 }),
    readiness: remember('readiness', { temporal: 'ok' as const, worker: 'polls' as const }),
    ...changes,
  };
  const plans: Plans = {
    start: remember('startPlan', { planId: PLAN_ID, mesh: 'shop', workflowId: `plan/${PLAN_ID}` }),
    get: remember('getPlan', runningPlan()),
    cancel: remember('cancelPlan', undefined),
    ...planChanges,
  };
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const app = await buildApp({
    rollouts,
    parseDocument: async (document) => {
      const mesh = (document as { mesh?: string } | null)?.mesh;
      return typeof mesh === 'string'
        ? { ok: true, value: { mesh, remotes: [{ cluster: 'eu-1' }] } as unknown as ResolvedRollout }
        : {
            ok: false,
            problems: [
              { path: 'mesh', message: 'is missing' },
              { path: 'remotes', message: 'is missing' },
            ],
          };
    },
    log: pino({ level: 'trace' }, destination),
    plans,
    lookIntervalMs: 10,
    ...(tokens && { tokens: typeof tokens === 'function' ? tokens : () => tokens }),
    ...changes,
  });
  return { app, calls, log: () => lines.join('') };
}

/** A token as the server knows it. */
export function token(name: string, secret: string, scope: Token['scope']): Token {
  return { name, scope, hash: createHash('sha256').update(secret).digest() };
}
