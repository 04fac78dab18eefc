import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { defineStep } from '../../../activities/activity.js';
import type { StepContext } from '../../../src/istio/steps/step-context.js';
import { RolloutError } from '../../../src/rollout/rollout-error.js';
import { activityLogFields } from '../../../src/temporal/worker/activity-log-fields.js';
import { sdkLogger } from '../../../src/temporal/worker/runtime.js';
import { serveMetrics } from '../../../src/temporal/worker/serve-metrics.js';
import { createWorkerMetrics } from '../../../src/temporal/worker/worker-metrics.js';

const result = { changed: 0, objects: 1, summary: 'all as it was' };
const input = { mesh: 'shop', cluster: 'eu-1', primary: 'hub' };

/** Runs a step as a worker does, with its log and its observers. */
function workbench(info: Partial<Info> = {}) {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const metrics = createWorkerMetrics();
  const environment = new MockActivityEnvironment(
    { activityType: 'installRemote', attempt: 3, ...info },
    {
      logger: sdkLogger(pino({ level: 'debug' }, destination)),
      interceptors: [activityLogFields, metrics.interceptor],
    },
  );
  return {
    environment,
    metrics,
    log: () => lines.join(''),
    entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    run: (body: (input: object, step: StepContext) => Promise<typeof result>) =>
      environment.run(defineStep(body), input).catch((error: unknown) => error),
  };
}

describe('the log of a failing activity', () => {
  it('names mesh, cluster, step, attempt and code, and holds no secret', async () => {
    const bench = workbench();
    await bench.run(async (_input, step) => {
      step.log.info('looks at the remote');
      throw new RolloutError(
        'permission-denied',
        'may not get secrets with Bearer abcdefghijklmnopqrstuvwxyz',
        {
          cause: new Error('authorization: Bearer zyxwvutsrqponmlkjihgfedcba'),
        },
      );
    });
    const where = { mesh: 'shop', cluster: 'eu-1', step: 'install-remote', attempt: 3 };
    expect(bench.entries()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...where, msg: 'looks at the remote' }),
        expect.objectContaining({
          ...where,
          msg: 'Activity failed',
          error: expect.objectContaining({
            code: 'permission-denied',
            nonRetryable: true,
            message: 'eu-1: may not get secrets with Bearer [redacted]',
          }),
        }),
      ]),
    );
    expect(bench.log()).not.toMatch(/abcdefghijklmnopqrstuvwxyz|zyxwvutsrqponmlkjihgfedcba|taskToken/);
  });

  it('has the stack of a defect', async () => {
    const bench = workbench();
    await bench.run(async () => {
      throw new TypeError('cannot read properties of undefined');
    });
    const stacks = bench.entries().filter(({ msg }) => msg === 'unexpected error');
    expect(stacks).toEqual([
      expect.objectContaining({ cluster: 'eu-1', stack: expect.stringContaining('.ts:') }),
    ]);
  });

  it('takes the mesh from the workflow where the input has none', async () => {
    const bench = workbench({ workflowExecution: { workflowId: 'mesh/shop', runId: 'r' } });
    const activity = async (_input: object) => result;
    await bench.environment.run(activity, { clusters: [] });
    expect([...new Set(bench.entries().map(({ mesh }) => mesh))]).toEqual(['shop']);
  });
});

describe('the metrics of a worker', () => {
  const count = (outcome: string) =>
    `mesh_rollout_step_duration_seconds_count{step="install-remote",outcome="${outcome}"} 1`;

  it.each([
    ['succeeded', async () => result],
    ['retried', () => Promise.reject(new RolloutError('api-unavailable', 'does not answer'))],
    ['retried', () => Promise.reject(new Error('a defect'))],
    ['needs-attention', () => Promise.reject(new RolloutError('permission-denied', 'may not'))],
    ['needs-attention', () => Promise.reject(ApplicationFailure.nonRetryable('no', 'document-invalid'))],
  ] as const)('count an attempt as %s', async (outcome, body) => {
    const bench = workbench();
    await bench.run(body);
    const text = await bench.metrics.scrape();
    expect(text).toContain(count(outcome));
    expect(text).toContain('mesh_rollout_step_attempts_total{step="install-remote"} 1');
    expect(text).not.toMatch(/eu-1|shop/);
  });

  it('count a cancelled attempt as cancelled', async () => {
    const bench = workbench();
    const running = bench.run((_input, step) => sleep(60_000, result, { signal: step.signal }));
    bench.environment.cancel('CANCELLED');
    await running;
    expect(await bench.metrics.scrape()).toContain(count('cancelled'));
  });

  it('are served on loopback, and nothing else is', async () => {
    const endpoint = await serveMetrics(createWorkerMetrics(), { host: '127.0.0.1', port: 0 });
    try {
      const base = `http://127.0.0.1:${endpoint.port}`;
      const answer = await fetch(`${base}/metrics`);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(await answer.text()).toContain('# TYPE mesh_rollout_step_attempts_total counter');
      expect((await fetch(`${base}/`)).status).toBe(404);
      expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(404);
    } finally {
      await endpoint.close();
    }
  });
});
