import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useProduct } from '../support/product.js';
import { temporal } from '../support/run.js';
import * as api from './api.js';
import { resourceVersions } from './cluster-objects.js';
import { documentFile } from './document-file.js';
import { type Fleet, freshFleet } from './fleet.js';
import { expectAttached } from './proofs.js';
import { withdraw } from './withdraw.js';

describe('a remote whose credentials lack a permission', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await useProduct();
    fleet = await freshFleet([{}, {}]);
  });
  afterAll(() => fleet.remove());

  test('is parked with the missing verb, untouched, and done after retry by the Temporal CLI', async () => {
    const [denied, fine] = fleet.remotes;
    if (!denied || !fine) throw new Error('the fleet has two remotes');
    const grant = await withdraw(denied, 'mesh-rollout-remote', {
      group: 'admissionregistration.k8s.io',
      resource: 'mutatingwebhookconfigurations',
      verbs: ['patch', 'create'],
    });
    const before = await resourceVersions(denied);

    // Started by the Temporal CLI with the document that the API takes: the same rollout.
    const input = await documentFile(fleet.document());
    const workflowId = `mesh/${fleet.mesh}`;
    const started = await temporal(
      'workflow',
      'start',
      '--type',
      'rollout',
      '--task-queue',
      'mesh-rollout',
      '--workflow-id',
      workflowId,
      '--input-file',
      input,
    );
    expect(started.exitCode, started.stderr).toBe(0);

    const parked = await api.cluster(
      fleet.mesh,
      denied.name,
      'needs attention',
      ({ status }) => status === 'NeedsAttention',
    );
    expect(parked.attention?.code).toBe('permission-missing');
    expect(parked.attention?.message).toMatch(
      /patch.*mutatingwebhookconfigurations|mutatingwebhookconfigurations.*patch/s,
    );
    await api.cluster(fleet.mesh, fine.name, 'is done meanwhile', ({ status }) => status === 'Succeeded');
    await expectAttached(fleet, fine);
    expect(await resourceVersions(denied)).toEqual(before);

    await grant();
    const decision = JSON.stringify({ cluster: denied.name, by: 'ada', reason: 'permission granted' });
    const retried = await temporal(
      'workflow',
      'update',
      'execute',
      '--workflow-id',
      workflowId,
      '--name',
      'retry',
      '--input',
      decision,
    );
    expect(retried.exitCode, retried.stderr).toBe(0);
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.audit).toMatchObject([
      { by: 'ada', action: 'retry', target: denied.name, reason: 'permission granted' },
    ]);
    await expectAttached(fleet, denied);
  });
});
