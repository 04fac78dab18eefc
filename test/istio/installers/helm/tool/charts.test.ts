import { describe, expect, it, onTestFinished } from 'vitest';
import { Charts } from '../../../../../src/istio/installers/helm/tool/charts.js';
import { fakeHelm } from '../support/fake-helm.js';

const signal = new AbortController().signal;
const show = (version: string) =>
  `printf 'name: %s\\nversion: ${version}\\nappVersion: ${version}\\n' "$(basename $3 .tgz)"`;

describe('Charts', () => {
  it('takes a chart in a folder as it is, and asks for its version once', async () => {
    const { helm, calls } = await fakeHelm({ show: show('1.31.2') });
    const charts = new Charts(helm, { base: '/charts/base', istiod: '/charts/istiod' });
    const base = { path: '/charts/base', name: 'base', version: '1.31.2', appVersion: '1.31.2' };
    expect(await charts.get('base', signal)).toEqual(base);
    expect(await charts.get('base', signal)).toEqual(base);
    expect(await calls()).toHaveLength(1);
  });

  it.each([
    ['oci://charts.example/istio/base', ['oci://charts.example/istio/base']],
    [
      { repo: 'https://charts.example/istio', name: 'base', version: '1.31.2' },
      ['base', '--repo', 'https://charts.example/istio', '--version', '1.31.2'],
    ],
    [
      { repo: 'oci://charts.example/istio/', name: 'base', version: '1.31.2' },
      ['oci://charts.example/istio/base', '--version', '1.31.2'],
    ],
  ])('downloads %j once', async (base, args) => {
    const pull = 'while [ "$1" != --destination ]; do shift; done; echo >"$2/base.tgz"';
    const { helm, calls } = await fakeHelm({ show: show('1.31.2'), pull });
    const charts = new Charts(helm, { base, istiod: '/charts/istiod' });
    onTestFinished(() => charts.close());
    expect((await charts.get('base', signal)).path).toMatch(/\/base\.tgz$/);
    await charts.get('base', signal);
    const pulls = (await calls()).filter(({ args: [verb] }) => verb === 'pull');
    expect(pulls.map((call) => call.args.slice(1, -2))).toEqual([args]);
  });

  it('asks again after a failure', async () => {
    const { helm, calls } = await fakeHelm({ show: 'echo "Error: path not found" >&2; exit 1' });
    const charts = new Charts(helm, { base: '/charts/base', istiod: '/charts/istiod' });
    for (const _ of [1, 2]) {
      await expect(charts.get('base', signal)).rejects.toMatchObject({ code: 'render-failed' });
    }
    expect(await calls()).toHaveLength(2);
  });

  it('says when the charts are not of the release', async () => {
    const problem = async (version: string, minor: string) => {
      const { helm } = await fakeHelm({ show: show(version) });
      return new Charts(helm, { base: '/charts/base', istiod: '/charts/istiod' }).versionProblem(
        minor,
        signal,
      );
    };
    expect(await problem('1.31.2', '1.31')).toBeUndefined();
    expect(await problem('1.0.0', '1.31')).toBeUndefined();
    expect(await problem('1.30.4', '1.31')).toBe(
      'the chart base is of version 1.30.4; the document asks for release 1.31',
    );
  });
});
