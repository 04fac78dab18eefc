import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterView } from '../../src/temporal/reading/rollout-view.js';
import { useProduct } from '../support/product.js';
import { temporal } from '../support/run.js';
import { until } from '../support/wait.js';
import { resourceVersions } from './proofs/cluster-objects.js';
import { expectAttached } from './proofs/proofs.js';
import * as api from './support/api.js';
import { documentFile } from './support/document-file.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { withdraw } from './support/withdraw.js';

/** Another case in each remote, and all in one rollout: that is how fleets are. */
describe('a rollout in which one remote is down, one lacks a permission, and Temporal is killed', () => {
  let fleet: Fleet;
  const remote = (index: number) => fleet.remote(index);

  beforeAll(async () => {
    await useProduct();
    const few = { controllers: 'few' } as const;
    fleet = await freshFleet([few, few, few]);
  });
  afterAll(() => fleet.remove());

  test('finishes what can be finished, parks what needs a person, and ends with all proofs', async () => {
    const [late, denied, fine] = [remote(0), remote(1), remote(2)];
    await late.stopApiServer();
    const grant = await withdraw(denied, 'mesh-rollout-remote', {
      group: 'admissionregistration.k8s.io',
      resource: 'mutatingwebhookconfigurations',
      verbs: ['patch', 'create'],
    });
    const untouched = await resourceVersions(denied);

    // Started by the Temporal CLI with the document that the API takes: the same rollout.
    const workflowId = `mesh/${fleet.mesh}`;
    const started = await temporal(
      ...['workflow', 'start', '--type', 'rollout', '--task-queue', 'mesh-rollout'],
      ...['--workflow-id', workflowId, '--input-file', await documentFile(fleet.document())],
    );
    expect(started.exitCode, started.stderr).toBe(0);

    const isUnreachable = ({ attention }: ClusterView) => attention?.code === 'cluster-unreachable';
    await api.cluster(fleet.mesh, late.name, 'is seen as unreachable', isUnreachable);
    // A look may come too late for a step, which takes seconds only; what follows is as good.
    await until('a remote is being attached', async () => {
      const { clusters } = await api.get(fleet.mesh);
      return clusters.some(({ role, step }) => role === 'remote' && step && step !== 'prepare-namespace');
    });
    await fleet.lab.temporal.kill();
    await fleet.lab.temporal.start();

    const isDone = ({ status }: ClusterView) => status === 'Succeeded';
    await api.cluster(fleet.mesh, fine.name, 'is done meanwhile', isDone, { tolerate: api.isTemporalAway });
    await expectAttached(fleet, fine);
    const waits = ({ status }: ClusterView) => status === 'NeedsAttention';
    const parked = await api.cluster(fleet.mesh, denied.name, 'needs attention', waits);
    expect(parked.attention?.code).toBe('permission-missing');
    expect(parked.attention?.message).toMatch(
      /patch.*mutatingwebhookconfigurations|mutatingwebhookconfigurations.*patch/s,
    );
    expect(await resourceVersions(denied)).toEqual(untouched);
    const { clusters } = await api.get(fleet.mesh);
    expect(clusters.find(({ cluster }) => cluster === late.name)?.status).toBe('Running');

    await grant();
    const decision = JSON.stringify({ cluster: denied.name, by: 'ada', reason: 'permission granted' });
    const retried = await temporal(
      ...['workflow', 'update', 'execute', '--workflow-id', workflowId],
      ...['--name', 'retry', '--input', decision],
    );
    expect(retried.exitCode, retried.stderr).toBe(0);
    await late.startApiServer();
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual(Array(4).fill('Succeeded'));
    expect(done.audit).toMatchObject([
      { by: 'ada', action: 'retry', target: denied.name, reason: 'permission granted' },
    ]);
    for (const each of fleet.remotes) await expectAttached(fleet, each);
  });
});
