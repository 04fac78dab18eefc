import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { primaryOperator, remoteOperator } from '../../src/istio/installers/istioctl/istio-operator.js';
import { useLab } from '../support/lab.js';
import { istioctl } from '../support/run.js';
import { until } from '../support/wait.js';
import { primaryInput, remoteInput } from './support/inputs.js';
import { type Comparison, compare, installedObjects } from './support/installed-objects.js';
import { attach, deploy, newCluster, newWorker, totalChanged, useHub } from './support/lab-mesh.js';

/** Runs `istioctl install` with the document that the product renders from. */
async function install(cluster: LabCluster, operator: object): Promise<void> {
  const file = join((await useLab()).directory, `${cluster.name}.json`);
  await writeFile(file, JSON.stringify(operator));
  const outcome = await istioctl(
    cluster.kubeconfigPath,
    'install',
    '--skip-confirmation',
    '--filename',
    file,
  );
  expect(outcome.stderr + outcome.stdout).toContain('Installation complete');
}

/** As Kubernetes makes it: `istioctl install` treats a namespace that it creates otherwise than one that is there. */
const untouched = { productRights: 'everything' } as const;

const operatorOf = (hub: LabCluster) => primaryOperator(primaryInput({ primary: hub.name }));

describe('a primary', () => {
  let ours: LabCluster;
  let theirs: LabCluster;
  let comparison: Comparison;

  beforeAll(async () => {
    [theirs, ours] = await Promise.all([
      newCluster('theirs', { role: 'primary', ...untouched }),
      newCluster('ours', { role: 'primary', ...untouched }),
    ]);
    await Promise.all([install(theirs, operatorOf(theirs)), deploy(await newWorker(), ours)]);
    await until('istiod has written its CA', async () => {
      comparison = compare(await installedObjects(ours), await installedObjects(theirs));
      return comparison.different.length <= 2;
    });
  });

  it('has the objects of istioctl install, and no others', () => {
    expect(comparison.missing).toEqual([]);
    expect(comparison.additional).toEqual([]);
  });

  it('differs in nothing but how long old Pods of istiod stay, and what the namespace says about the mesh', () => {
    const [deployment, namespace] = comparison.different;
    expect(comparison.different.map(({ object }) => object)).toEqual([
      'Deployment istio-system/istiod',
      'Namespace istio-system',
    ]);
    const specOf = (object: object | undefined) => (object as { spec?: object } | undefined)?.spec;
    expect(specOf(deployment?.ours)).toEqual({ ...specOf(deployment?.theirs), minReadySeconds: 20 });
    expect(namespace?.ours.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'mesh-rollout' },
      annotations: { 'mesh-rollout.dev/mesh': 'of-the-cluster' },
    });
  });

  it('passes istioctl analyze', async () => {
    const analysis = await istioctl(ours.kubeconfigPath, 'analyze', '--all-namespaces');
    // IST0102 only says that a namespace asks for no sidecars.
    expect(analysis.stdout).not.toMatch(/Error|Warning/);
    expect(analysis.stderr).not.toMatch(/Error|Warning/);
  });

  it('can be taken over by istioctl and back, and rests then', async () => {
    await install(ours, operatorOf(ours));
    const worker = await newWorker();
    await deploy(worker, ours);
    expect(totalChanged(await deploy(await newWorker(), ours))).toBe(0);
    expect(compare(await installedObjects(ours), await installedObjects(theirs)).different).toHaveLength(2);
  });

  it('is adopted when istioctl has installed it', async () => {
    await deploy(await newWorker(), theirs);
    expect(totalChanged(await deploy(await newWorker(), theirs))).toBe(0);
    const analysis = await istioctl(theirs.kubeconfigPath, 'analyze', '--all-namespaces');
    expect(analysis.stdout + analysis.stderr).not.toMatch(/Error|Warning/);
  });
});

describe('a remote', () => {
  let hub: LabCluster;
  let ours: LabCluster;
  let theirs: LabCluster;

  const operatorFor = async (cluster: LabCluster) => {
    const pods = await hub.api.get<{ items: { status: { podIP: string } }[] }>(
      '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod',
    );
    const address = pods.items[0]?.status.podIP ?? '';
    return remoteOperator(remoteInput({ cluster: cluster.name }), { cluster: cluster.name, address });
  };

  beforeAll(async () => {
    hub = await useHub();
    [ours, theirs] = await Promise.all([newCluster('ours', untouched), newCluster('theirs', untouched)]);
    await Promise.all([install(theirs, await operatorFor(theirs)), attach(await newWorker(), ours)]);
  });

  it('differs from istioctl install only as intended', async () => {
    const { missing, additional, different } = compare(
      await installedObjects(ours),
      await installedObjects(theirs),
    );
    // The injector itself injects; there is no tag beside it, whose validating webhook would never get a CA.
    expect(missing).toEqual([
      'MutatingWebhookConfiguration istio-revision-tag-default',
      'Service istio-system/istiod-revision-tag-default',
      'ValidatingWebhookConfiguration istiod-default-validator',
    ]);
    expect(additional).toEqual([]);
    expect(different.map(({ object }) => object)).toEqual([
      'EndpointSlice istio-system/istiod',
      'MutatingWebhookConfiguration istio-sidecar-injector',
      'Namespace istio-system',
    ]);
  });

  it('leaves nothing behind that istioctl uninstall does not find', async () => {
    const outcome = await istioctl(ours.kubeconfigPath, 'uninstall', '--purge', '--skip-confirmation');
    expect(outcome.exitCode).toBe(0);
    await until('everything of the installation is gone', async () => {
      const left = [...(await installedObjects(ours)).keys()];
      return left.length === 1 && left[0] === 'Namespace istio-system';
    });
  });

  it('is attached again after that', async () => {
    expect(totalChanged(await attach(await newWorker(), ours))).toBeGreaterThan(20);
    expect(totalChanged(await attach(await newWorker(), ours))).toBe(0);
  });

  it('is adopted when istioctl has installed it, and injects once', async () => {
    await attach(await newWorker(), theirs);
    expect(totalChanged(await attach(await newWorker(), theirs))).toBe(0);
    const analysis = await istioctl(theirs.kubeconfigPath, 'analyze', '--all-namespaces');
    expect(analysis.stdout + analysis.stderr).toContain('No validation issues found');
  });
});
