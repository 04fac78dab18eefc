import { expect, it } from 'vitest';
import { additionsOf } from '../../../../src/istio/installers/istioctl-1.4/additions.js';
import { remoteCommand } from '../../../../src/istio/installers/istioctl-1.4/command-lines.js';
import {
  noteAdditions,
  planDifferences,
} from '../../../../src/istio/installers/istioctl-1.4/plan-differences.js';
import { DryRunClient } from '../../../../src/kubernetes/client/dry-run-client.js';
import { siteOn } from '../../support/site-on.js';
import { stubCluster } from '../../support/stub-cluster.js';

const NS = 'istio-system';
const account = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: NS, labels },
});
const pathOf = (name: string) => `/api/v1/namespaces/${NS}/serviceaccounts/${name}`;

it('tries what istioctl would create and change, and writes nothing', async () => {
  const live = {
    [pathOf('same')]: account('same', { a: '1' }),
    [pathOf('other')]: account('other', { a: '2' }),
  };
  const { client, writes } = await stubCluster(live);
  const cluster = new DryRunClient(client);
  const manifests = ['same', 'other', 'new'].map((name) => account(name, { a: '1' }));
  const differences = await planDifferences(siteOn(cluster, cluster, true), manifests);
  expect(differences.map(({ action, object }) => `${action} ${object.name}`)).toEqual([
    'change other',
    'create new',
  ]);
  const outcomes = cluster.outcomes.map(({ action, object }) => `${action} ${object.name}`);
  expect(outcomes.sort()).toEqual(['change other', 'create new', 'keep same']);
  expect(writes()).toEqual([]);
});

it('notes each addition to the command of the guide with its reason, and the same ones for equal remotes', async () => {
  const { client } = await stubCluster();
  const notesOf = (cluster: string) => {
    const addresses = { pilot: '10.1.0.1', policy: '10.1.0.2', telemetry: '10.1.0.3' };
    const line = remoteCommand({ cluster, istioNamespace: NS, values: {}, addresses });
    const site = siteOn(client, client, true);
    noteAdditions(site, additionsOf(line.settings));
    return site.notes;
  };
  expect(notesOf('eu-1')).toEqual(notesOf('eu-2'));
  expect(notesOf('eu-1')).toHaveLength(8);
  expect(notesOf('eu-1')[0]).toMatch(
    /^added to the command: --set values\.global\.createRemoteSvcEndpoints=true\. Without/,
  );
});
