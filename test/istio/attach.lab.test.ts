import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { resourceVersions, versionsAtRest } from '../e2e/proofs/cluster-objects.js';
import { expectAttached } from '../e2e/proofs/proofs.js';
import { istioctl } from '../support/run.js';
import {
  attach,
  deploy,
  newCluster,
  newWorker,
  type Results,
  totalChanged,
  useHub,
} from './support/lab-mesh.js';

let hub: LabCluster;
let remote: LabCluster;
let results: Results;

beforeAll(async () => {
  hub = await useHub();
  remote = await newCluster('attached', { controllers: 'few' });
  results = await attach(await newWorker(), remote);
});

describe('the steps of a remote', () => {
  it('attach it: synced, CA, root certificate, endpoints, and a Pod with its sidecar', async () => {
    await expectAttached({ primary: hub } as Parameters<typeof expectAttached>[0], remote);
    expect(results.verifyRemote).toMatchObject({
      proofs: [
        { what: 'endpoints', proven: true },
        { what: 'synced', value: '1 istiod', proven: true },
        { what: 'endpoints of the remote', value: 'known to 1 istiod', proven: true },
        { what: 'webhook CA', proven: true },
        { what: 'root certificate', proven: true },
      ],
    });
    expect(results.verifyInjection).toMatchObject({
      proofs: [{ what: 'injection', value: 'default', proven: true }],
      podsWithoutSidecar: 0,
    });
  });

  it('change nothing the second time, whether the worker remembers the first or not', async () => {
    const before = await versionsAtRest([hub, remote]);
    const applied = await appliesTo(remote);
    const worker = await newWorker();
    for (const _ of ['a worker that knows nothing', 'a worker that remembers']) {
      expect(totalChanged(await deploy(worker, hub))).toBe(0);
      expect(totalChanged(await attach(worker, remote))).toBe(0);
    }
    expect([await resourceVersions(hub), await resourceVersions(remote)]).toEqual(before);
    // Not even sent: merging Istio's CRDs once more would cost every API server a second of its CPU. Only of the webhook
    // it cannot be seen, because the API server adds defaults to its rules.
    const again = (await appliesTo(remote))
      .slice(applied.length)
      .filter((uri) => !uri.includes('/mutatingwebhook'));
    expect(again, again.join('\n')).toEqual([]);
  });

  it('tell nothing secret, and each in one short line', async () => {
    const text = JSON.stringify(results);
    expect(text).not.toMatch(/eyJ|BEGIN|LS0t|Bearer/);
    expect(text.length).toBeLessThan(4_000);
    for (const { summary } of Object.values(results)) expect(summary.length).toBeLessThanOrEqual(200);
  });

  it('satisfy istioctl', async () => {
    const clusters = await istioctl(hub.kubeconfigPath, 'remote-clusters');
    expect(clusters.stdout).toMatch(
      new RegExp(`${remote.name} +istio-system/istio-remote-secret-${remote.name} +synced`),
    );
    const analysis = await istioctl(remote.kubeconfigPath, 'analyze', '--all-namespaces');
    expect(analysis.stdout + analysis.stderr).toContain('No validation issues found');
  });
});

/** The objects that were applied in a cluster with the product's account, by the cluster's audit log. */
async function appliesTo(cluster: LabCluster): Promise<string[]> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8')).trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { verb: string; requestURI: string })
    .filter(({ verb, requestURI }) => verb === 'patch' && !requestURI.includes('dryRun='))
    .map(({ requestURI }) => requestURI);
}
