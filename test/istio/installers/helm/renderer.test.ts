import { describe, expect, it } from 'vitest';
import { HelmRenderer } from '../../../../src/istio/installers/helm/renderer.js';
import { Charts } from '../../../../src/istio/installers/helm/tool/charts.js';
import { remoteInput } from '../../support/inputs.js';
import { fakeHelm } from './support/fake-helm.js';

const signal = new AbortController().signal;
/** Prints the values as a ConfigMap, as the chart does. */
const TEMPLATE = `printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: values, namespace: istio-system}\\ndata:\\n  values: %s\\n' "'$(cat "$HOME/values.json")'"`;
const SHOW = `printf 'name: x\\nversion: 1.31.0\\n'`;

async function newRenderer(template = TEMPLATE) {
  const fake = await fakeHelm({ template, show: SHOW });
  const charts = new Charts(fake.helm, { base: '/charts/base', istiod: '/charts/istiod' });
  const templates = async () => (await fake.calls()).filter(({ args: [verb] }) => verb === 'template').length;
  return { renderer: new HelmRenderer(fake.helm, charts), templates };
}

describe('HelmRenderer', () => {
  it('renders once for remotes that differ only in their name', async () => {
    const { renderer, templates } = await newRenderer();
    const [one, other] = await Promise.all(
      ['eu-1', 'eu-2'].map((cluster) =>
        renderer.remote(remoteInput({ cluster }), { injector: 'absent' }, signal),
      ),
    );
    expect(await templates()).toBe(2);
    expect(one?.base).toBe(other?.base);
    expect(other?.istiod.manifest).toContain('/inject/cluster/eu-2/net/network1');
    expect(other?.istiod.objects[0]?.json).toContain('/inject/cluster/eu-2/net/network1');
    expect(JSON.stringify([other?.istiod])).not.toContain('any-cluster');
    expect(other?.istiod.values).toMatchObject({ global: { multiCluster: { clusterName: 'eu-2' } } });
  });

  it('marks the objects for the release, as Helm sends them', async () => {
    const { renderer } = await newRenderer();
    const { istiod } = await renderer.remote(remoteInput(), { injector: 'absent' }, signal);
    expect(JSON.parse(istiod.objects[0]?.json ?? '').metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        'meta.helm.sh/release-name': 'istiod',
        'meta.helm.sh/release-namespace': 'istio-system',
      },
    });
  });

  it.each(['{ not YAML', 'just a text', 'kind: ConfigMap'])('refuses %j', async (text) => {
    const { renderer } = await newRenderer(`echo '${text}'`);
    const rendering = renderer.remote(remoteInput(), { injector: 'absent' }, signal);
    await expect(rendering).rejects.toMatchObject({ code: 'render-failed' });
  });
});
