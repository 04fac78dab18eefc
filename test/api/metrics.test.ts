import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createApiMetrics } from '../../src/api/metrics.js';
import { API_METRICS, WORKER_METRICS } from '../../src/rollout/metrics.js';
import { fakeApi, token } from './support/api.js';

const figures = {
  rollouts: new Map([
    ['Running', 2],
    ['Succeeded', 40],
  ] as const),
  parkedByCode: new Map([
    ['permission-missing', 3],
    ['not-synced', 1],
  ]),
  withoutAnswer: 1,
};

/** Lines of a scrape that are values of our own metrics. */
function valuesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('mesh_rollout_'));
}

describe('GET /metrics', () => {
  it('tells parked clusters by code, rollouts by status, and requests by route', async () => {
    const { app } = await fakeApi({ figures: async () => figures });
    await app.inject('/v1/rollouts/shop');
    await app.inject('/v1/rollouts/other');
    await app.inject({ method: 'POST', url: '/v1/rollouts', payload: {} });
    const answer = await app.inject('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
    const values = valuesOf(answer.body);
    expect(values).toEqual(
      expect.arrayContaining([
        'mesh_rollout_clusters_parked{code="permission-missing"} 3',
        'mesh_rollout_clusters_parked{code="not-synced"} 1',
        'mesh_rollout_rollouts{status="Running"} 2',
        'mesh_rollout_rollouts{status="Succeeded"} 40',
        'mesh_rollout_rollouts_without_answer 1',
        'mesh_rollout_temporal_read 1',
        'mesh_rollout_http_request_duration_seconds_count{method="GET",route="/v1/rollouts/:mesh",status="200"} 2',
        'mesh_rollout_http_request_duration_seconds_count{method="POST",route="/v1/rollouts",status="400"} 1',
      ]),
    );
    expect(answer.body).toContain('process_cpu_user_seconds_total');
    expect(answer.body).not.toMatch(/shop|eu-1/);
  });

  it('is served without figures while Temporal does not answer', async () => {
    const { app } = await fakeApi({ figures: () => Promise.reject(new Error('down')) });
    const values = valuesOf((await app.inject('/metrics')).body);
    expect(values.filter((line) => !line.includes('http_request'))).toEqual(['mesh_rollout_temporal_read 0']);
  });

  it('needs a token where there are tokens; one to read is enough', async () => {
    const { app } = await fakeApi({ tokens: [token('prometheus', 'scr4pe', 'read')] });
    expect((await app.inject('/metrics')).statusCode).toBe(401);
    const headers = { authorization: 'Bearer scr4pe' };
    expect((await app.inject({ url: '/metrics', headers })).statusCode).toBe(200);
  });
});

describe('figures', () => {
  it('are read once for many scrapes, again after a while, and at once after a failure', async () => {
    let reads = 0;
    let time = 0;
    let fails = false;
    const metrics = createApiMetrics(
      async () => {
        reads += 1;
        if (fails) throw new Error('down');
        return figures;
      },
      () => time,
    );
    await Promise.all([metrics.scrape(), metrics.scrape(), metrics.scrape()]);
    await metrics.scrape();
    expect(reads).toBe(1);
    time = 20_000;
    fails = true;
    expect(await metrics.scrape()).not.toContain('permission-missing');
    fails = false;
    expect(await metrics.scrape()).toContain('permission-missing');
    expect(reads).toBe(3);
  });
});

it('docs/operating.md lists every metric with its labels', () => {
  const page = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  for (const { name, labels } of [...Object.values(API_METRICS), ...Object.values(WORKER_METRICS)]) {
    const label = labels.length === 0 ? '' : `{${labels.join(',')}}`;
    expect(page).toContain(`\`${name}${label}\``);
  }
});
