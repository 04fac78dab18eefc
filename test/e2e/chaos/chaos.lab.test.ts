import { beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import type { Product } from '../../../lab/product.js';
import type { Proof } from '../../../src/rollout/progress/step-results.js';
import { useProduct } from '../../support/product.js';
import { until } from '../../support/wait.js';
import { makeBusy, NAMESPACES } from '../proofs/busy-namespaces.js';
import { objectsAtRest } from '../proofs/cluster-objects.js';
import { expectToBecome, remoteSecretsOf, stateOf } from '../proofs/end-state.js';
import { PodStream } from '../proofs/pod-stream.js';
import { expectAttached } from '../proofs/proofs.js';
import * as api from '../support/api.js';
import { type Fleet, freshFleet } from '../support/fleet.js';
import { istiodOf } from '../support/istiod.js';
import { describePlan, parseSeeds, planOf } from './chaos-plan.js';
import { type ChaosReport, describeReport, hasMovedLate, withFacts } from './chaos-report.js';
import { runDisturbed } from './chaos-run.js';

/** What all of 1 to 20 came to is in docs/chaos.md. */
const SEEDS = parseSeeds(process.env.MESH_ROLLOUT_CHAOS_SEEDS ?? '9,11');

/** What the rollout itself has proven of each remote. */
const INJECTED = NAMESPACES.map(({ name }) => name).join(', ');

const FEW = { controllers: 'few' } as const;

type State = Record<string, unknown>;

describe('a rollout during which worker, Temporal, API servers and istiod are killed', () => {
  let product: Product;
  let undisturbed: { readonly hub: State; readonly remote: State };

  beforeAll(async () => {
    product = await useProduct();
    undisturbed = await rollOutUndisturbed();
  });

  test.for(SEEDS)('ends as if nothing had been killed: seed %i', { timeout: 900_000 }, async (seed, test) => {
    const plan = planOf(seed);
    const fleet = await freshFleet([FEW, FEW, FEW, FEW]);
    try {
      await Promise.all(fleet.remotes.map(makeBusy));
      const report = await runDisturbed(plan, fleet, product);
      await test.annotate(describeReport(plan, report));
      await expectEverythingProven(fleet, report);
      await expectStateOf(undisturbed, fleet, report);
    } catch (error) {
      throw withFacts(error, [describePlan(plan)]);
    } finally {
      await fleet.remove();
    }
  });
});

function expectProven(cluster: string, proofs: readonly Proof[]): void {
  expect(
    proofs.filter(({ proven }) => !proven),
    cluster,
  ).toEqual([]);
  expect(proofs, cluster).toContainEqual({ what: 'injection', value: INJECTED, proven: true });
}

async function rollOutUndisturbed(): Promise<{ hub: State; remote: State }> {
  const fleet = await freshFleet([FEW]);
  const [remote] = fleet.remotes as [LabCluster];
  await makeBusy(remote);
  await api.start(fleet.document({ namespaces: NAMESPACES }));
  await api.reaches(fleet.mesh, 'Succeeded');
  await expectAttached(fleet, remote);
  await objectsAtRest([fleet.primary, remote]);
  const states = { hub: await stateOf(fleet, fleet.primary), remote: await stateOf(fleet, remote) };
  await fleet.remove();
  return states;
}

async function expectEverythingProven(fleet: Fleet, report: ChaosReport): Promise<void> {
  await until('istiod is ready', async () => (await istiodOf(fleet.primary)).status.readyReplicas === 1);
  if (hasMovedLate(report)) {
    await api.start(fleet.document({ namespaces: NAMESPACES }));
    await api.reaches(fleet.mesh, 'Succeeded');
  }
  for (const { cluster, role, status, proofs = [] } of report.rollout.clusters) {
    expect(status, cluster).toBe('Succeeded');
    if (role === 'remote') expectProven(cluster, proofs);
  }
  for (const remote of fleet.remotes) {
    await expectAttached(fleet, remote);
    await expectAttached(fleet, remote, 'later');
  }
  await Promise.all(fleet.remotes.map(expectNewPodsInjected));
  const secrets = fleet.remotes.map(({ name }) => `istio-remote-secret-${name}`);
  expect(await remoteSecretsOf(fleet.primary)).toEqual(secrets.sort());
}

async function expectNewPodsInjected(remote: LabCluster): Promise<void> {
  const stream = new PodStream(remote, 'default', 100);
  await until('some Pods', () => stream.tried >= 3);
  await stream.stop();
  stream.expectNoOutage();
  expect(stream.injected).toBe(stream.tried);
}

async function expectStateOf(
  undisturbed: { hub: State; remote: State },
  fleet: Fleet,
  { formerAddresses }: ChaosReport,
): Promise<void> {
  for (const cluster of [fleet.primary, ...fleet.remotes]) {
    const wanted = cluster === fleet.primary ? undisturbed.hub : undisturbed.remote;
    await expectToBecome(cluster.name, () => stateOf(fleet, cluster, formerAddresses), wanted);
  }
}
