import { pino } from 'pino';
import { expect, it } from 'vitest';
import { openClient } from '../../../src/temporal/connection/connection.js';
import { startPromotion } from '../../../src/temporal/worker/promotion.js';
import { until } from '../../support/wait.js';
import { freePort } from '../support/dev-server.js';

it('says once why a version cannot become current, goes on trying, and stops with the worker', async () => {
  const access = openClient({ address: `127.0.0.1:${await freePort()}`, namespace: 'default' });
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const promotion = startPromotion(access, { deploymentName: 'mesh-rollout', buildId: '1' }, log);
  await until('the failure is told', () => lines.length > 0);
  expect(lines).toMatchObject([
    { level: 50, deploymentName: 'mesh-rollout', buildId: '1', reason: expect.any(String) },
  ]);
  promotion.stop();
  expect(await promotion.ended).toBe('stopped');
  await access.close();
});
