import { describe, expect, it } from 'vitest';
import { connectWorker, openClient } from '../../../src/temporal/connection/connection.js';
import { createRollouts } from '../../../src/temporal/reading/rollouts.js';
import { freePort } from '../support/dev-server.js';

describe('without a Temporal server', () => {
  it('fails within seconds, with the address and what to do', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const access = openClient({ address, namespace: 'default' });
    const rollouts = createRollouts(access);
    const error = await rollouts.get('shop').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'temporal-unavailable' });
    expect((error as Error).message).toContain(`Temporal does not answer at ${address}`);
    expect((error as { action: string }).action).toContain('TEMPORAL_ADDRESS');
    expect(await rollouts.readiness()).toMatchObject({ temporal: 'unavailable', worker: 'unknown' });
    await access.close();
  });

  it('lets no worker start', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    await expect(connectWorker({ address, namespace: 'default' })).rejects.toMatchObject({
      code: 'temporal-unavailable',
    });
  });
});
