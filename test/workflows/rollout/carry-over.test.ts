import { expect, test } from 'vitest';
import { reduceRollout, startRollout } from '../../../src/rollout/progress/rollout-progress.js';
import { type CarryOver, pack, unpack } from '../../../workflows/rollout/carry-over.js';
import { resolvedRollout } from '../resolved-rollout.js';

/** A rollout of many remotes, all of them done, with what three istiod Pods and four namespaces leave in their proofs. */
function carryOver(remotes: number): CarryOver {
  const resolved = resolvedRollout({ remotes });
  const started = startRollout({ mesh: resolved.mesh, rolloutId: 'r', requestedBy: 'ada', at: 1 });
  let progress = reduceRollout(started, { type: 'resolved', resolved });
  const endpoints = ['10.100.100.101', '10.100.100.102', '10.100.100.103'];
  const proofs = [
    { what: 'endpoints', value: endpoints.join(', '), proven: true },
    { what: 'synced', value: '3 istiod', proven: true },
    { what: 'webhook CA', value: 'of the mesh in 1', proven: true },
    { what: 'root certificate', value: 'of the mesh', proven: true },
    { what: 'injection', value: 'shop-frontend, shop-backend, shop-payments, default', proven: true },
  ];
  for (const { cluster } of resolved.remotes) {
    const report = {
      rolloutId: 'r',
      cluster,
      status: 'Succeeded',
      changed: 41,
      finishedAt: 1_790_000_000_000,
      proofs,
      endpoints,
    } as const;
    progress = reduceRollout(progress, { type: 'cluster-reported', report });
  }
  const clusters = new Map(
    resolved.remotes.map(({ cluster }, index) => [
      cluster,
      {
        started: true as const,
        ...(index % 3 === 0 && { retrying: true as const }),
        checkedAt: 1_790_000_000_000,
      },
    ]),
  );
  const accepted = [{ code: 'service-cidr-overlap' }, { code: 'attached-elsewhere', clusters: ['eu-1'] }];
  const decisions = { accepted, approved: ['canary'], paused: true };
  return { resolved, progress, clusters, maxConcurrency: 7, maxFailures: 2, ...decisions };
}

test.each([1, 24, 25, 300])('%i remotes come out as they went in, through JSON', (remotes) => {
  const carried = carryOver(remotes);
  expect(unpack(JSON.parse(JSON.stringify(pack(carried))))).toEqual(carried);
});

test('no argument of 300 remotes is larger than 32 KiB', () => {
  for (const argument of pack(carryOver(300)))
    expect(JSON.stringify(argument).length).toBeLessThan(32 * 1024);
});

test('the first run of a rollout is handed nothing', () => {
  expect(unpack([])).toBeUndefined();
});
