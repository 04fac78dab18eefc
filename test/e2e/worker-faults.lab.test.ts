import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { type Product, prepareProduct } from '../../lab/product.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { useProduct } from '../support/product.js';
import { until } from '../support/wait.js';
import { fillEtcd } from './faults/full-etcd.js';
import { outcomeOf } from './faults/outcome.js';
import { DISK_FULL } from './faults/server-faults.js';
import { stagesOf } from './faults/stages.js';
import { AT_PRIMARY, AT_REMOTE, type FaultName, type Step } from './faults/table.js';
import { expectAttached } from './proofs/proofs.js';
import * as api from './support/api.js';
import { type Fleet, freshFleet } from './support/fleet.js';

/** Every write to it fails: the disk is full (full(4)). Nor can a file be made below it. */
const FULL_DISK = '/dev/full';

const WITHOUT_TOOL: FaultName = 'tool missing';

/**
 * All workers of this rollout have a full disk for their log and their temporary files, and some have no istioctl. They
 * change places while the rollout is paused between two steps.
 */
describe('a fault of the worker', () => {
  let fleet: Fleet;
  let shared: Product;
  let withTool: Product;
  let withoutTool: Product;

  beforeAll(async () => {
    shared = await useProduct();
    fleet = await freshFleet([{ controllers: 'few' }]);
    const worker = (tools: { istioctl: string }) =>
      prepareProduct(fleet.lab, tools, { TMPDIR: FULL_DISK }, FULL_DISK);
    withTool = await worker(await ensureTools({}));
    withoutTool = await worker({ istioctl: join(fleet.lab.directory, 'no-istioctl') });
  });
  afterAll(async () => {
    await Promise.all([withTool, withoutTool].map((each) => each.stop()));
    if (!shared.worker?.running) await shared.startWorker();
    await fleet.remove();
  });

  /** Has another worker do the work from now on. */
  async function workOn(next: Product): Promise<void> {
    for (const each of [shared, withTool, withoutTool]) await each.worker?.end('SIGTERM');
    await next.startWorker();
  }

  /** Lets the rollout continue on a worker without istioctl, and fails unless a step comes to what the table says. */
  async function continueWithoutTool(cluster: LabCluster, step: Step): Promise<void> {
    await workOn(withoutTool);
    await api.decide(fleet.mesh, 'resume');
    await expectAsInTable(cluster, WITHOUT_TOOL, step, /there is no istioctl/);
  }

  /** Has the step done on a worker with istioctl, and stops the rollout before the next one. */
  async function finishStep({ name }: LabCluster): Promise<void> {
    await api.decide(fleet.mesh, 'pause');
    await workOn(withTool);
    await api.cluster(fleet.mesh, name, 'is paused', ({ status }) => status === 'Paused');
  }

  const met: Step[] = [];

  async function expectAsInTable(
    cluster: LabCluster,
    fault: FaultName,
    step: Step,
    words?: RegExp,
  ): Promise<void> {
    const table = cluster.role === 'primary' ? AT_PRIMARY : AT_REMOTE;
    const stage = stagesOf(table, fault).find((each) => each.step === step);
    if (!stage) throw new Error(`the table has nothing about "${fault}" at ${step}`);
    expect(await outcomeOf(fleet, { cluster }, stage, words), step).toEqual(stage.expected);
    met.push(step);
  }

  test('comes to what the table says at each step, and leaves another rollout nothing to change', {
    timeout: 600_000,
  }, async () => {
    const { mesh, primary } = fleet;
    const [remote] = fleet.remotes as [LabCluster];
    await workOn(withoutTool);
    await api.start(fleet.document());
    await expectAsInTable(primary, WITHOUT_TOOL, 'validate');

    await api.decide(mesh, 'pause');
    await workOn(withTool);
    await api.decide(mesh, 'retry', { cluster: primary.name });
    await until('the checks to be done', async () => {
      const { steps } = await api.get(mesh);
      return steps.some(({ step, status }) => step === 'validate' && status === 'Succeeded');
    });
    await continueWithoutTool(primary, 'deploy-primary');
    await finishStep(primary);
    await continueWithoutTool(remote, 'install-remote');
    await finishStep(remote);
    await continueWithoutTool(remote, 'activate-injection');
    await finishStep(remote);

    const harmed = [AT_PRIMARY, AT_REMOTE]
      .flatMap((table) => stagesOf(table, WITHOUT_TOOL))
      .filter(({ expected }) => expected.is !== 'unharmed');
    expect(met).toEqual(harmed.map(({ step }) => step));

    // What is left needs no istioctl. Its one write shows that a full etcd answers as the front of the other test does.
    const free = await fillEtcd(fleet.lab);
    try {
      await workOn(withoutTool);
      await api.decide(mesh, 'resume');
      await expectAsInTable(remote, 'disk of etcd full', 'label-namespaces', new RegExp(DISK_FULL));
    } finally {
      await free();
    }
    const done = await api.reaches(mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
    await expectAttached(fleet, remote);

    await workOn(withTool);
    await api.start(fleet.document());
    expect((await api.reaches(mesh, 'Succeeded')).changed).toBe(0);
  });
});
