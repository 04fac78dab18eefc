import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepareProduct } from '../../lab/product.js';
import { ensureTools } from '../../lab/tools/tools.js';
import type { ClusterView } from '../../src/temporal/reading/rollout-view.js';
import { findChromium, openChromium, openPage } from '../support/chromium.js';
import { useProduct } from '../support/product.js';
import { mesh as cli, istioctl, printed } from '../support/run.js';
import { leaks } from '../support/secrets.js';
import { until } from '../support/wait.js';
import { moved, objectsAtRest, objectsOf } from './proofs/cluster-objects.js';
import { clusterOfSidecar, deployment, expectAttached, runningPod } from './proofs/proofs.js';
import { everythingInTemporal, secretsOf } from './proofs/secrets.js';
import * as api from './support/api.js';
import { documentFile } from './support/document-file.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import * as ui from './support/temporal-ui.js';

const chromium = findChromium();

describe('a rollout of one primary and three remotes', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await ensureTools({});
    await useProduct();
    fleet = await freshFleet([{}, {}, { labels: { tier: 'prod' } }]);
  });
  afterAll(() => fleet.remove());

  test('attaches every remote, and the proofs hold when read without the product', async () => {
    await api.start(fleet.document());
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual([
      'Succeeded',
      'Succeeded',
      'Succeeded',
      'Succeeded',
    ]);
    for (const cluster of done.clusters.filter(({ role }) => role === 'remote')) {
      const proofs = cluster.proofs ?? [];
      expect(proofs.filter(({ proven }) => !proven)).toEqual([]);
      expect(proofs.map(({ what, value }) => `${what}: ${value}`)).toEqual([
        expect.stringMatching(/^endpoints: \d+\.\d+\.\d+\.\d+$/),
        'synced: 1 istiod',
        'endpoints of the remote: known to 1 istiod',
        'webhook CA: of the mesh in 1',
        'root certificate: of the mesh',
        'injection: default',
      ]);
      expect(cluster.changed).toBeGreaterThan(20);
    }
    for (const remote of fleet.remotes) await expectAttached(fleet, remote);
  });

  test('a Deployment in each remote then comes up with a sidecar of that remote', async () => {
    await Promise.all(
      fleet.remotes.map(async (remote) => {
        await remote.api.post('/apis/apps/v1/namespaces/default/deployments', deployment('hello'));
        const pod = await until(`the Pod of hello in ${remote.name}`, () => runningPod(remote, 'hello'));
        expect(clusterOfSidecar(pod)).toBe(remote.name);
      }),
    );
  });

  test('istioctl remote-clusters lists every remote as synced, and analyze finds nothing', async () => {
    const listed = await istioctl(fleet.primary.kubeconfigPath, 'remote-clusters');
    for (const { name } of fleet.remotes) expect(listed.stdout).toMatch(new RegExp(`${name}\\s.*synced`));
    for (const cluster of [fleet.primary, ...fleet.remotes]) {
      const { stdout, stderr, exitCode } = await istioctl(
        cluster.kubeconfigPath,
        'analyze',
        '--all-namespaces',
      );
      expect(exitCode, stdout + stderr).toBe(0);
      expect(stdout + stderr).not.toContain('Error [');
    }
  });

  test('the same document again moves no resourceVersion, and the summary says that nothing changed', async () => {
    const all = [fleet.primary, ...fleet.remotes];
    const before = await objectsAtRest(all);
    const { stdout, stderr, exitCode } = await cli(
      'start',
      '-f',
      await documentFile(fleet.document()),
      '--watch',
    );
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain('nothing changed');
    const others = moved(before, await Promise.all(all.map(objectsOf)));
    expect(others, JSON.stringify(others)).toEqual([]);
    expect((await api.get(fleet.mesh)).changed).toBe(0);
  });

  test('what is listed, shown and watched afterwards tells the end', async () => {
    const list = await cli('list', '-o', 'json');
    expect(list.stdout).toContain(fleet.mesh);
    expect((await cli('status', fleet.mesh)).stdout).toContain('Succeeded');
    expect((await cli('watch', fleet.mesh)).exitCode).toBe(0);
    expect((await api.call('GET', `/v1/rollouts/nobody`)).status).toBe(404);
  });

  test('one started in the Temporal UI is the same, and goes on after a retry there', async (context) => {
    if (chromium === undefined) return context.skip('no chromium on PATH');
    const [remote] = fleet.remotes;
    if (!remote) throw new Error('the fleet has a remote');
    const { uiUrl } = fleet.lab.temporal;
    const workflowId = `mesh/${fleet.mesh}`;
    const browser = await openChromium(chromium);
    try {
      const page = await openPage(browser);
      await ui.startWorkflow(page, uiUrl, {
        workflowId,
        taskQueue: 'mesh-rollout',
        workflowType: 'rollout',
        input: fleet.document({
          remotes: [{ cluster: remote.name }],
          namespaces: [{ name: 'by-ui', injection: 'enabled' }],
        }),
      });
      const waits = ({ attention }: ClusterView) => attention?.code === 'namespace-missing';
      await api.cluster(fleet.mesh, remote.name, 'waits for the namespace', waits);
      await remote.addNamespace('by-ui');
      const input = { cluster: remote.name, by: 'ada', reason: 'there now' };
      await ui.sendUpdate(page, uiUrl, { workflowId, update: 'retry', input });
    } finally {
      await browser.close();
    }
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.audit).toMatchObject([{ action: 'retry', target: remote.name, by: 'ada' }]);
    await expectAttached(fleet, remote, 'by-ui');
  });

  test('leaves no secret behind: not in Temporal, not in a log, an answer or an output, even when a token is refused', async () => {
    const product = await useProduct();
    // Its work is shared by two workers then.
    const second = await prepareProduct(fleet.lab, await ensureTools({}));
    onTestFinished(() => second.stop());
    await second.startWorker();
    const secrets = (await Promise.all([fleet.primary, ...fleet.remotes].map(secretsOf))).flat();

    // Errors are where secrets leak: the same rollout with credentials that the cluster refuses.
    const [remote] = fleet.remotes;
    if (!remote) throw new Error('the fleet has a remote');
    const kubeconfig = await readFile(remote.productKubeconfigPath, 'utf8');
    const stale = 'stale-token-0123456789abcdef0123456789';
    await writeFile(remote.productKubeconfigPath, kubeconfig.replace(remote.productToken, stale));
    secrets.push({ name: 'the token that is refused', value: stale });
    const refused = ({ attention }: ClusterView) => attention?.code === 'credentials-rejected';
    await api.start(fleet.document());
    await api.cluster(fleet.mesh, remote.name, 'is refused', refused);
    // Each worker gives refused credentials some time of its own, and either may make the plan.
    await until('a plan names the refused credentials', async () => {
      const plan = await cli('plan', '-f', await documentFile(fleet.document()));
      return plan.stdout.includes('credentials-rejected');
    });
    expect((await cli('status', fleet.mesh)).stdout).toContain('credentials-rejected');
    const whileRefused = await everythingInTemporal(fleet.lab.temporal.address, fleet.mesh);
    await writeFile(remote.productKubeconfigPath, kubeconfig);
    const retried = await cli('retry', fleet.mesh, '--cluster', remote.name, '--reason', 'renewed');
    expect(retried.exitCode, retried.stderr).toBe(0);
    await api.reaches(fleet.mesh, 'Succeeded');

    const inTemporal = await everythingInTemporal(fleet.lab.temporal.address, fleet.mesh);
    const places = {
      'Temporal while the token is refused': Object.values(whileRefused).join('\n'),
      'the histories': inTemporal.histories,
      'memos, search attributes and summaries': inTemporal.descriptions,
      'the current details': inTemporal.currentDetails,
      'the log of the worker': await readFile(product.workerLog, 'utf8'),
      'the log of the second worker': await readFile(second.workerLog, 'utf8'),
      'the log of the API': await readFile(product.serverLog, 'utf8'),
      'answers of the API': [...api.answers, await api.everythingAbout(fleet.mesh)].join('\n'),
      'what the CLI printed': printed.join('\n'),
    };
    expect(leaks(secrets, places)).toEqual([]);

    // What the test looks through is there, and what it looks for would be seen.
    for (const [place, text] of Object.entries(places)) {
      if (!place.includes('second worker')) expect(text, place).toContain(fleet.mesh);
    }
    for (const kind of [
      'product’s token',
      'the CA',
      'the key of the ServiceAccounts',
      'token of Secret istio-reader',
    ])
      expect(secrets.map(({ name }) => name).join('\n')).toContain(kind);
    const line = `${places['the log of the second worker']}\nGET with Bearer ${remote.productToken}`;
    expect(leaks(secrets, { ...places, 'the log of the second worker': line })).toEqual([
      `the product’s token of ${remote.name} in the log of the second worker`,
    ]);
  });
});
