import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { clusterWorkflowId, rolloutWorkflowId } from '../../src/rollout/names.js';
import type { ClusterView, RolloutView } from '../../src/temporal/reading/rollout-view.js';
import { useProduct } from '../support/product.js';
import { mesh as cli, temporal } from '../support/run.js';
import { until } from '../support/wait.js';
import { expectAttached } from './proofs/proofs.js';
import * as api from './support/api.js';
import { documentFile } from './support/document-file.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { type Gate, type Hold, openGate } from './support/gate.js';
import { useKubeconfigs } from './support/inventory.js';
import { withdraw } from './support/withdraw.js';

const BY_API = 45;
const BY_CLI = 5;

/** Two meshes that both want the cluster `wanted`; the first has another remote, `own`, the second has `other`. */
describe('the locks', () => {
  let first: Fleet;
  let second: Fleet;
  let [wanted, own, other]: LabCluster[] = [];
  let gates: { readonly wanted: Gate; readonly own: Gate };
  let prepared: Hold;
  let held: Hold;
  let client: Client;

  beforeAll(async () => {
    await useProduct();
    const few = { controllers: 'few' } as const;
    [first, second] = await Promise.all([freshFleet([few, few]), freshFleet([few])]);
    [wanted, own] = first.remotes;
    [other] = second.remotes;
    gates = {
      wanted: await openGate(the(wanted)),
      own: await openGate(the(own)),
    };
    await useKubeconfigs(first.lab, {
      [the(wanted).name]: gates.wanted.kubeconfigPath,
      [the(own).name]: gates.own.kubeconfigPath,
    });
    client = new Client({ connection: await Connection.connect({ address: first.lab.temporal.address }) });
  });
  afterAll(async () => {
    await client.connection.close();
    await Promise.all([first.remove(), second.remove()]);
    await Promise.all([gates.wanted.close(), gates.own.close()]);
  });

  const viewOf = (view: RolloutView, cluster: LabCluster | undefined) =>
    view.clusters.find((each) => each.cluster === the(cluster).name);

  /** Waits until the own remote is in the middle of `register-remote`, and not only an earlier attempt of it. */
  async function registers(): Promise<void> {
    const isThere = ({ step }: ClusterView) => step === 'register-remote';
    await api.cluster(first.mesh, the(own).name, 'registers', isThere);
    await held.reached();
  }

  test('let one of 50 concurrent starts through; the others are told which rollout holds the mesh', async () => {
    prepared = gates.wanted.hold(/^PATCH \/api\/v1\/namespaces\/istio-system\?/, 'before');
    const document = first.document();
    const file = await documentFile(document);
    const byCLI = Promise.all(Array.from({ length: BY_CLI }, () => cli('start', '-f', file)));
    const byAPI = Promise.all(
      Array.from({ length: BY_API }, () => api.call('POST', '/v1/rollouts', document)),
    );
    const [commands, answers] = await Promise.all([byCLI, byAPI]);
    const { rolloutId } = await api.get(first.mesh);

    const refused = answers.filter(({ status }) => status === 409);
    const failed = commands.filter(({ exitCode }) => exitCode === 1);
    expect(answers.filter(({ status }) => status === 201).length + BY_CLI - failed.length).toBe(1);
    expect(refused.length + failed.length).toBe(BY_API + BY_CLI - 1);
    for (const { body } of refused) {
      expect(body).toMatchObject({ code: 'rollout-running', holder: { mesh: first.mesh, rolloutId } });
    }
    for (const { stderr } of failed) expect(stderr).toContain(rolloutId);
  });

  test('let a cluster wait that another mesh is at work on: visibly, and in nobody’s place', async () => {
    await prepared.reached();
    const remotes = [wanted, other].map((remote) => ({ cluster: the(remote).name }));
    const document = second.document({ remotes, strategy: { maxConcurrency: 1 } });
    await api.start(document);
    const waits = await api.cluster(
      second.mesh,
      the(wanted).name,
      'waits',
      ({ attention }) => attention?.code === 'cluster-held',
    );
    expect(waits).toMatchObject({ status: 'Running' });
    expect(waits.attention?.message).toContain(first.mesh);
    // It has the only place, and does not take it.
    await api.cluster(second.mesh, the(other).name, 'is done', ({ status }) => status === 'Succeeded');
    expect((await cli('status', second.mesh)).stdout).toContain(first.mesh);

    // Whoever waits has no say about what he waits for.
    const aborted = await cli('abort', second.mesh, '--reason', 'too early');
    expect(aborted.exitCode, aborted.stderr).toBe(0);
    await api.reaches(second.mesh, 'Aborted');
    const holder = client.workflow.getHandle(clusterWorkflowId(the(wanted).name));
    const { events } = await holder.fetchHistory();
    expect(events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes)).toBe(false);
    expect((await holder.describe()).status.name).toBe('RUNNING');

    // The first mesh gives it up, and the second goes on by itself.
    await api.start(document);
    await api.cluster(
      second.mesh,
      the(wanted).name,
      'waits again',
      ({ attention }) => attention?.code === 'cluster-held',
    );
    const grant = await withdraw(the(wanted), 'mesh-rollout-remote-istio-namespace', {
      group: '',
      resource: 'namespaces',
      verbs: ['patch'],
      namespace: 'istio-system',
    });
    prepared.release();
    await api.cluster(
      first.mesh,
      the(wanted).name,
      'is parked',
      ({ attention }) => attention?.code === 'permission-denied',
    );
    await grant();
    const skipped = await cli('skip', first.mesh, '--cluster', the(wanted).name, '--reason', 'not ours');
    expect(skipped.exitCode, skipped.stderr).toBe(0);
    const done = await api.reaches(second.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual(Array(3).fill('Succeeded'));
    for (const remote of [the(wanted), the(other)]) await expectAttached(second, remote);
    const left = await api.reaches(first.mesh, 'Succeeded');
    expect(viewOf(left, wanted)?.status).toBe('Skipped');
    await expectAttached(first, the(own));
  });

  test('are taken over from a terminated rollout, whose clusters go on until then', async () => {
    held = gates.own.hold(READER_TOKEN, 'before');
    await api.start(first.document());
    await held.reached();
    const taken = await api.cluster(
      first.mesh,
      the(wanted).name,
      'is parked',
      ({ status }) => status === 'NeedsAttention',
    );
    expect(taken.attention).toMatchObject({ code: 'attached-elsewhere' });
    expect(taken.attention?.message).toContain(second.primary.name);
    const workflow = client.workflow.getHandle(clusterWorkflowId(the(own).name));
    const abandoned = await workflow.describe();

    const terminated = await temporal(
      'workflow',
      'terminate',
      '--workflow-id',
      rolloutWorkflowId(first.mesh),
    );
    expect(terminated.exitCode, terminated.stderr).toBe(0);
    expect((await api.get(first.mesh)).execution).toBe('TERMINATED');
    expect((await workflow.describe()).status.name).toBe('RUNNING');

    await api.start(first.document());
    const next = await until('the next rollout to have the cluster', async () => {
      const described = await workflow.describe();
      return described.runId === abandoned.runId ? undefined : described;
    });
    const old = await client.workflow.getHandle(workflow.workflowId, abandoned.runId).describe();
    expect(old.status.name).toBe('CANCELLED');
    expect(old.closeTime?.getTime()).toBeLessThanOrEqual(next.startTime.getTime());
    await registers();
  });

  test('cancel in Temporal leaves the same as abort: what every cluster has, and what is left to do', async () => {
    const cancelled = await temporal('workflow', 'cancel', '--workflow-id', rolloutWorkflowId(first.mesh));
    expect(cancelled.exitCode, cancelled.stderr).toBe(0);
    const afterCancel = await ended(first, 'CANCELLED');
    const shownAfterCancel = await cli('status', first.mesh);

    await api.start(first.document());
    await registers();
    const aborted = await cli('abort', first.mesh, '--reason', 'wrong fleet');
    expect(aborted.exitCode, aborted.stderr).toBe(0);
    const afterAbort = await ended(first, 'COMPLETED');

    expect(contentOf(afterCancel)).toEqual(contentOf(afterAbort));
    expect(viewOf(afterAbort, own)).toMatchObject({ status: 'Aborted', step: 'register-remote' });
    expect(viewOf(afterAbort, wanted)).toMatchObject({
      status: 'Aborted',
      attention: { code: 'attached-elsewhere' },
    });
    for (const { stdout } of [shownAfterCancel, await cli('status', first.mesh)]) {
      expect(flat(stdout)).toContain(
        `${the(own).name}: stopped at register-remote; still to do: register-remote, activate-injection, verify-remote, label-namespaces, verify-injection`,
      );
      expect(flat(stdout)).toContain(`${the(wanted).name}: not started`);
    }
    held.release();
    const workflow = client.workflow.getHandle(clusterWorkflowId(the(own).name));
    expect((await workflow.describe()).status.name).toBe('CANCELLED');

    await api.start(first.document({ remotes: [{ cluster: the(own).name }] }));
    await api.reaches(first.mesh, 'Succeeded');
    await expectAttached(first, the(own));
  });
});

/** The first request of `register-remote` to the remote. */
const READER_TOKEN = /^GET .*\/secrets\/istio-reader-service-account-istio-remote-secret-token$/;

/** A remote of the fleets, which is there when the tests run. */
function the(cluster: LabCluster | undefined): LabCluster {
  if (!cluster) throw new Error('the fleets have three remotes');
  return cluster;
}

async function ended({ mesh }: Fleet, execution: RolloutView['execution']): Promise<RolloutView> {
  return await until(`the rollout of ${mesh} to be ${execution}`, async () => {
    const view = await api.get(mesh);
    return view.execution === execution ? view : undefined;
  });
}

/** What a rollout has come to, without times, identities and who ended it how. */
function contentOf({ status, clusters, waves, findings, steps, changed }: RolloutView): object {
  const text = JSON.stringify({ status, clusters, waves, findings, steps, changed }, (key, value) =>
    /At$/.test(key) ? undefined : value,
  );
  return JSON.parse(text);
}

/** Terminals wrap lines. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}
