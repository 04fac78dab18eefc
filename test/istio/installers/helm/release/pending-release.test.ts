import { describe, expect, it } from 'vitest';
import {
  recoverPending,
  rolloutLabels,
} from '../../../../../src/istio/installers/helm/release/pending-release.js';
import { Helm } from '../../../../../src/istio/installers/helm/tool/helm.js';
import { clientOf } from '../../../../kubernetes/support/stub-api-server.js';
import { type RevisionSettings, revisionOf, startStubCluster } from '../support/stub-cluster.js';

const name = { release: 'istiod', namespace: 'istio-system' };
const NEWEST = '/api/v1/namespaces/istio-system/secrets/sh.helm.release.v1.istiod.v2';

async function recover(newest: RevisionSettings) {
  const cluster = await startStubCluster({
    ...revisionOf({ version: 1 }),
    ...revisionOf({ version: 2, ...newest }),
  });
  const client = await clientOf(cluster.url);
  const recovered = recoverPending(client, new Helm('helm'), name, 'r-1', new AbortController().signal);
  return { recovered, cluster };
}

describe('recoverPending', () => {
  it.each(['deployed', 'failed', 'superseded'])('leaves a release alone that is %s', async (status) => {
    const { recovered, cluster } = await recover({ status, ageSeconds: 9_000 });
    expect(await recovered).toBe(false);
    expect(cluster.deleted).toEqual([]);
  });

  it('takes out the revision that a killed worker of the same rollout has left', async () => {
    const { recovered, cluster } = await recover({ status: 'pending-upgrade', labels: rolloutLabels('r-1') });
    expect(await recovered).toBe(true);
    expect(cluster.deleted).toEqual([NEWEST]);
    const { body = '' } = cluster.requests.find(({ method }) => method === 'DELETE') ?? {};
    expect(JSON.parse(body).preconditions).toEqual({ uid: 'uid-2' });
  });

  it('waits for the Helm of somebody else, until no Helm would still be at work', async () => {
    const labels = rolloutLabels('r-other');
    const young = await recover({ status: 'pending-install', ageSeconds: 200, labels });
    await expect(young.recovered).rejects.toMatchObject({
      code: 'release-pending',
      transient: true,
      message: expect.stringMatching(
        /^release istio-system\/istiod is pending-install since \d+ s: somebody else may be at work on it$/,
      ),
    });
    expect(young.cluster.deleted).toEqual([]);
    const old = await recover({ status: 'pending-install', ageSeconds: 400, labels });
    expect(await old.recovered).toBe(true);
  });

  it('gives a rollout no label that a Secret cannot have', () => {
    expect(rolloutLabels('r-1')).toEqual({ 'mesh-rollout.dev/rollout': 'r-1' });
    expect(rolloutLabels('not a label')).toEqual({});
  });
});
