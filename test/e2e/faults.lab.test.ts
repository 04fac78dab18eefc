import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { useProduct } from '../support/product.js';
import { until } from '../support/wait.js';
import type { Target } from './faults/fault.js';
import { FaultyFront } from './faults/front.js';
import { expectAsInTable, type Seen } from './faults/outcome.js';
import { type Stage, shareOut } from './faults/stages.js';
import { AT_PRIMARY, AT_REMOTE, type Step } from './faults/table.js';
import { walk } from './faults/walk.js';
import { openRefusingWebhook, type RefusingWebhook } from './faults/webhook.js';
import { expectToBecome, remoteSecretsOf, stateOf } from './proofs/end-state.js';
import { expectAttached } from './proofs/proofs.js';
import * as api from './support/api.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { useKubeconfigs } from './support/inventory.js';

const few = { controllers: 'few' } as const;
const REMOTES = [few, few, few, few];

/**
 * Two meshes. In one the remotes meet every fault of a cluster, at every step, and the primary meets none but in the last
 * pass, which only reads; in the other it is the other way round. So each has the undisturbed clusters with which those of
 * the other are compared.
 */
describe('a fault of a cluster', () => {
  let faultyRemotes: Fleet;
  let faultyPrimary: Fleet;
  let webhook: RefusingWebhook;
  const fronts = new Map<string, FaultyFront>();

  beforeAll(async () => {
    await useProduct();
    webhook = await openRefusingWebhook();
    [faultyRemotes, faultyPrimary] = await Promise.all([freshFleet(REMOTES), freshFleet([few])]);
    const { primary, remotes } = faultyRemotes;
    for (const cluster of [primary, ...remotes, faultyPrimary.primary]) {
      fronts.set(cluster.name, await FaultyFront.open(cluster));
    }
    const paths = [...fronts].map(([name, { kubeconfigPath }]) => [name, kubeconfigPath] as const);
    await useKubeconfigs(faultyRemotes.lab, Object.fromEntries(paths));
  });
  afterAll(async () => {
    await Promise.all([...fronts.values()].map((front) => front.close()));
    await webhook.close();
    await Promise.all([faultyRemotes.remove(), faultyPrimary.remove()]);
  });

  function targetOf(cluster: LabCluster): Target {
    const front = fronts.get(cluster.name);
    if (!front) throw new Error(`there is no front before ${cluster.name}`);
    return { cluster, front, webhook };
  }

  /** Parked remotes do not keep the others back: there is a place for each, and all may fail. */
  async function walkRemotes(): Promise<void> {
    const { mesh, primary, remotes } = faultyRemotes;
    const document = faultyRemotes.document({ strategy: { maxFailures: remotes.length } });
    let starting: Promise<void> | undefined;
    const start = () => {
      starting ??= api.start(document);
      return starting;
    };
    const shares = shareOut(AT_REMOTE, remotes.length);
    let atWork = remotes.length;
    const pauseAfterLast = async () => {
      atWork -= 1;
      if (atWork === 0) await api.decide(mesh, 'pause');
    };
    await Promise.all(
      remotes.map(async (remote, index) => {
        const [target, stages] = [targetOf(remote), shares[index] ?? []];
        const atEnd = () => during(/^POST .*\/namespaces\/default\/pods\?/, target, pauseAfterLast);
        expectAsInTable(stages, target, await walk(faultyRemotes, target, stages, { start, atEnd }));
      }),
    );
    await until('the last pass', async () => {
      const { steps } = await api.get(mesh);
      return steps.some(({ step, status }) => step === 'refresh-endpoints' && status === 'Running');
    });
    const stages = ofPrimary('refresh-endpoints');
    const target = targetOf(primary);
    expectAsInTable(stages, target, await walkOn(faultyRemotes, target, stages));
  }

  async function walkPrimary(): Promise<void> {
    const { mesh, primary } = faultyPrimary;
    const target = targetOf(primary);
    const early = ofPrimary('validate', 'deploy-primary');
    const seen = await walk(faultyPrimary, target, early, {
      start: () => api.start(faultyPrimary.document()),
      atEnd: () => during(/^PATCH .*\/deployments\/istiod\?/, target, () => api.decide(mesh, 'pause')),
    });
    expectAsInTable(early, target, seen);
    await api.cluster(mesh, primary.name, 'is paused', ({ status }) => status === 'Paused');
    const late = ofPrimary('collect-endpoints');
    expectAsInTable(late, target, await walkOn(faultyPrimary, target, late));
  }

  /**
   * Leads the primary of a rollout that is paused through the faults of the next step, which asks where istiod is. Whoever
   * keeps remotes pointed at istiod asks the same all the time, and the step would take that answer if it is not half a
   * second old. So the first fault is there before the step is.
   */
  function walkOn(fleet: Fleet, target: Target, stages: readonly Stage[]): Promise<Seen> {
    const start = async (begun: Promise<void>) => {
      await begun;
      await api.decide(fleet.mesh, 'resume');
    };
    return walk(fleet, target, stages, { start });
  }

  /** Does something in the middle of the step that is about to be run again, which sends such a request. */
  function during(request: RegExp, { front }: Target, work: () => Promise<void>): void {
    void front.when({ request, isNow: async () => true }, work);
  }

  test('comes to what the table says at each step, and every cluster ends as an undisturbed one', {
    timeout: 900_000,
  }, async () => {
    await Promise.all([walkRemotes(), walkPrimary()]);
    for (const fleet of [faultyRemotes, faultyPrimary]) {
      const done = await api.reaches(fleet.mesh, 'Succeeded');
      expect(new Set(done.clusters.map(({ status }) => status))).toEqual(new Set(['Succeeded']));
      for (const each of fleet.remotes) await expectAttached(fleet, each);
      const names = fleet.remotes.map(({ name }) => `istio-remote-secret-${name}`);
      expect(await remoteSecretsOf(fleet.primary)).toEqual(names.sort());
    }
    const [undisturbed] = faultyPrimary.remotes as [LabCluster];
    const wanted = await stateOf(faultyPrimary, undisturbed);
    for (const each of faultyRemotes.remotes) {
      await expectToBecome(each.name, () => stateOf(faultyRemotes, each), wanted);
    }
    const { primary } = faultyPrimary;
    const wantedOfPrimary = await stateOf(faultyRemotes, faultyRemotes.primary);
    await expectToBecome(primary.name, () => stateOf(faultyPrimary, primary), wantedOfPrimary);
  });
});

/** The faults that a primary meets at some steps. */
function ofPrimary(...steps: readonly Step[]): Stage[] {
  return shareOut(AT_PRIMARY, 1)
    .flat()
    .filter(({ step }) => steps.includes(step));
}
