import { describe, expect, test } from 'vitest';
import { defineActivity } from '../../../../activities/activity.js';
import type { Manifest } from '../../../../src/istio/apply/manifests.js';
import { replaceControlPlane } from '../../../../src/istio/istiod/replacement/replace-control-plane.js';
import { liveSite } from '../../../../src/istio/steps/live-site.js';
import type { PrimaryInput } from '../../../../src/rollout/resolve/resolved.js';
import { type StubMesh, stubMesh, writesTo } from '../../../activities/stub-mesh.js';
import { failureOf, run } from '../../../activities/support.js';
import { refuse } from '../../../kubernetes/support/stub-api-server.js';
import { primaryInput } from '../../support/inputs.js';

const DEPLOYMENT = '/apis/apps/v1/namespaces/istio-system/deployments/istiod';

function manifest(image: string): Manifest {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'istiod', namespace: 'istio-system' },
    spec: {
      selector: { matchLabels: { app: 'istiod' } },
      strategy: { rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
      template: { spec: { containers: [{ image }] } },
    },
  };
  const { apiVersion, kind } = object;
  return { apiVersion, kind, ...object.metadata, component: 'Pilot', json: JSON.stringify(object) };
}

/**
 * A primary whose istiod is replaced as Kubernetes does it: with a new template there is a second Pod, and the first one
 * goes when `minReadySeconds` is short.
 *
 * @returns what was done, in order
 */
function withDeployment(mesh: StubMesh): string[] {
  const done: string[] = [];
  const spec = JSON.parse(manifest('istiod:1').json).spec;
  let live = {
    metadata: { name: 'istiod', namespace: 'istio-system', generation: 1, resourceVersion: '1' },
    spec,
  };
  let isReplaced = false;
  const { answer } = mesh.primary;
  mesh.primary.answer = ({ method, path, body, headers }, response) => {
    if (path.startsWith(DEPLOYMENT) && method === 'PATCH') {
      const { spec } = JSON.parse(body);
      if (path.includes('dryRun=All')) return { ...live, spec };
      const isOther = JSON.stringify(spec.template) !== JSON.stringify(live.spec.template);
      live = { metadata: { ...live.metadata, resourceVersion: `${Math.random()}` }, spec };
      if (isOther) {
        isReplaced = true;
        mesh.pods = ['10.1.0.5', '10.1.0.6'];
        mesh.templates = ['one', 'two'];
      }
      if (isReplaced && spec.minReadySeconds < 60) mesh.pods = ['10.1.0.6'];
      done.push(`minReadySeconds ${spec.minReadySeconds}, Pods ${mesh.pods}, remote at ${mesh.endpoints()}`);
      return live;
    }
    if (path.startsWith(DEPLOYMENT)) return { ...live, status: statusOf(mesh.pods.length) };
    if (path.includes('/replicasets?')) {
      const labels = { 'pod-template-hash': isReplaced ? 'two' : 'one' };
      return { items: [{ metadata: { labels }, status: { readyReplicas: 1 } }] };
    }
    return answer({ method, path, body, headers }, response);
  };
  return done;
}

function statusOf(replicas: number) {
  return { observedGeneration: 1, replicas, updatedReplicas: 1, readyReplicas: replicas };
}

/** The addresses that the remote was given, one write after the other. */
function pointedAt({ remote }: StubMesh): string[] {
  return remote.requests.flatMap(({ method, body }) => {
    if (method !== 'PATCH') return [];
    const { endpoints } = JSON.parse(body) as { endpoints: { addresses: string[] }[] };
    return [String(endpoints.flatMap(({ addresses }) => addresses))];
  });
}

function replace(mesh: StubMesh, image: string, changes: Partial<PrimaryInput> = {}) {
  const activity = defineActivity(async (input: PrimaryInput, step) => {
    const site = await liveSite(mesh.dependencies.clusters, { primary: input.primary }, step);
    const changed = await replaceControlPlane(site, input, manifest(image));
    return { changed };
  });
  return run(activity, primaryInput({ mesh: 'shop', ...changes }));
}

describe('an istiod that is replaced', () => {
  test('goes when attached remotes are pointed at the new one, and not before', async () => {
    const mesh = await stubMesh(['10.1.0.5']);
    const done = withDeployment(mesh);
    await replace(mesh, 'istiod:2');
    expect(done).toEqual([
      'minReadySeconds 86400, Pods 10.1.0.5,10.1.0.6, remote at 10.1.0.5',
      'minReadySeconds 20, Pods 10.1.0.6, remote at 10.1.0.6',
    ]);
    expect(pointedAt(mesh)).toEqual(['10.1.0.5,10.1.0.6', '10.1.0.6']);
  });

  test('stays while an attached remote cannot be pointed, unless that is accepted', async () => {
    const mesh = await stubMesh(['10.1.0.5']);
    const done = withDeployment(mesh);
    mesh.remote.answer = (_, response) => refuse(response, 403, { reason: 'Forbidden' });
    const failure = await failureOf(replace(mesh, 'istiod:2'));
    expect(failure).toMatchObject({ type: 'remotes-not-pointed', nonRetryable: true });
    expect(failure.message).toContain('1 attached remotes cannot be pointed at istiod: eu-1');
    expect(done).toEqual([]);
    const accepted = replace(mesh, 'istiod:2', { accept: ['remote-left-behind'] });
    await expect(accepted, 'remote-left-behind').resolves.toEqual({ changed: expect.any(Number) });
    expect(mesh.pods).toEqual(['10.1.0.6']);
  });

  test('is none when only what stands beside its Pods changes', async () => {
    const mesh = await stubMesh(['10.1.0.5']);
    const done = withDeployment(mesh);
    await replace(mesh, 'istiod:1');
    expect(done).toEqual(['minReadySeconds 20, Pods 10.1.0.5, remote at 10.1.0.5']);
    expect(writesTo(mesh.remote)).toEqual([]);
  });
});
