import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { findChromium, openChromium, openPage } from '../support/chromium.js';
import { useProduct } from '../support/product.js';
import * as api from './api.js';
import { type Fleet, freshFleet } from './fleet.js';
import { expectAttached } from './proofs.js';
import * as ui from './temporal-ui.js';

const executable = findChromium();
const title = executable === undefined ? 'the Temporal UI (skipped: no chromium on PATH)' : 'the Temporal UI';

describe.skipIf(executable === undefined)(title, () => {
  let fleet: Fleet;
  let browser: Browser;

  beforeAll(async () => {
    await useProduct();
    [fleet, browser] = await Promise.all([freshFleet([{}]), openChromium(executable as string)]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), fleet?.remove()]);
  });

  test('starts a rollout like one started by the API', async () => {
    const [remote] = fleet.remotes;
    if (!remote) throw new Error('the fleet has a remote');
    const { uiUrl } = fleet.lab.temporal;
    const page = await openPage(browser);

    await ui.startWorkflow(page, uiUrl, {
      workflowId: `mesh/${fleet.mesh}`,
      taskQueue: 'mesh-rollout',
      workflowType: 'rollout',
      input: fleet.document(),
    });
    await api.reaches(fleet.mesh, 'Succeeded');
    await expectAttached(fleet, remote);
  });
});
