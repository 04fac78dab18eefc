import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Helm } from '../../../../../src/istio/installers/helm/tool/helm.js';
import { clientOf, startStubApiServer } from '../../../../kubernetes/support/stub-api-server.js';
import { until } from '../../../../support/wait.js';
import { type FakeHelm, fakeHelm, print } from '../support/fake-helm.js';

const request = {
  release: 'istiod',
  namespace: 'istio-system',
  chart: '/charts/istiod',
  values: { password: 'pa55word-of-values' },
};

async function upgrade(
  { helm }: FakeHelm,
  options: { signal?: AbortSignal; onProgress?: (line: string) => void } = {},
) {
  const server = await startStubApiServer();
  const client = await clientOf(server.url, { token: 'token-of-the-cluster-1' });
  const { signal = new AbortController().signal, onProgress } = options;
  return helm.upgrade(client, request, {
    labels: { 'mesh-rollout.dev/rollout': 'r-1' },
    takeOwnership: false,
    signal,
    onProgress,
  });
}

/** What private folders this process has. */
async function folders(): Promise<string[]> {
  return (await readdir(tmpdir())).filter(
    (name) => name.startsWith('mesh-rollout-private-') && name.includes(`-${process.pid}-`),
  );
}

describe('Helm', () => {
  it('returns its version, and asks for it once', async () => {
    const { helm } = await fakeHelm();
    expect(await helm.version()).toBe('3.22.0');
    expect(await helm.version()).toBe('3.22.0');
    const four = await fakeHelm({ version: 'printf v4.3.1+g12' });
    expect(await four.helm.version()).toBe('4.3.1+g12');
  });

  it('takes neither Helm 2 nor anything else for Helm', async () => {
    const { helm } = await fakeHelm({ version: 'printf v2.17.0' });
    await expect(helm.version()).rejects.toMatchObject({
      code: 'tool-version-differs',
      message: expect.stringContaining('is neither Helm 3 nor Helm 4: it says v2.17.0'),
    });
  });

  it('lets another worker try when there is no such program', async () => {
    await expect(new Helm('/no/such/helm').version()).rejects.toMatchObject({
      code: 'tool-version-differs',
      transient: true,
      message: 'there is no Helm at /no/such/helm',
    });
  });

  it('renders with values from a file, and talks to no cluster', async () => {
    const fake = await fakeHelm({ template: print('kind: Nothing') });
    expect(await fake.helm.template(request)).toBe('kind: Nothing\n');
    const [call] = await fake.calls();
    expect(call?.args.slice(0, 5)).toEqual([
      'template',
      'istiod',
      '/charts/istiod',
      '--namespace',
      'istio-system',
    ]);
    expect(call?.args).toContain('--is-upgrade');
    expect(JSON.parse(call?.files['values.json'] ?? '')).toEqual(request.values);
    expect(call?.files.kubeconfig).toBeUndefined();
  });

  it('fails with the words of Helm where it cannot render', async () => {
    const { helm } = await fakeHelm({ template: `echo 'Error: unknown profile nosuch' >&2; exit 1` });
    await expect(helm.template(request)).rejects.toMatchObject({
      code: 'render-failed',
      message: 'helm template ended with status 1: unknown profile nosuch',
    });
  });

  it('has credentials and values in files of its own, and none among its arguments', async () => {
    const fake = await fakeHelm();
    await upgrade(fake);
    const [call] = await fake.calls();
    const { args = [], files = {}, env = '', modes = '' } = call ?? {};
    expect(args).toContain('--install');
    expect(args.join(' ')).toContain('--labels mesh-rollout.dev/rollout=r-1');
    for (const secret of ['token-of-the-cluster-1', 'pa55word-of-values']) {
      expect(args.join(' ')).not.toContain(secret);
      expect(env).not.toContain(secret);
    }
    expect(files.kubeconfig).toContain('token-of-the-cluster-1');
    expect(files['values.json']).toContain('pa55word-of-values');
    expect(modes.match(/^-\S+/gm)).toEqual(['-rw-------', '-rw-------']);
    expect(await folders()).toEqual([]);
  });

  it.each([
    ['3.22.0', ['--take-ownership']],
    ['4.3.1', ['--take-ownership', '--server-side=true', '--force-conflicts']],
  ])('takes over with what Helm %s has for it', async (version, flags) => {
    const fake = await fakeHelm({ version: `printf v${version}` });
    const client = await clientOf((await startStubApiServer()).url);
    const { signal } = new AbortController();
    await fake.helm.upgrade(client, request, { labels: {}, takeOwnership: true, signal });
    expect((await fake.calls())[0]?.args.slice(-flags.length)).toEqual(flags);
  });

  it('sees nothing of the environment of the worker but its way to the network', async () => {
    vi.stubEnv('KUBECONFIG', '/somebody/elses/kubeconfig');
    vi.stubEnv('HELM_KUBETOKEN', 'another-token-12345');
    vi.stubEnv('NO_PROXY', '10.0.0.0/8');
    onTestFinished(() => void vi.unstubAllEnvs());
    const fake = await fakeHelm();
    await upgrade(fake);
    const env = (await fake.calls())[0]?.env ?? '';
    expect(env).toContain('NO_PROXY=10.0.0.0/8');
    expect(env).toContain('KUBE_FEATURE_WatchListClient=false');
    expect(env).not.toContain('somebody');
    expect(env).not.toContain('another-token');
  });

  it('reports what Helm says meanwhile, without credentials', async () => {
    const lines: string[] = [];
    const token = 'Bearer abcdefghijklmnopqrstuvwxyz0123456789';
    await upgrade(await fakeHelm({ upgrade: `echo 'creating 18 resources'; echo '${token}'` }), {
      onProgress: (line) => lines.push(line),
    });
    expect(lines).toEqual(['creating 18 resources', 'Bearer [redacted]']);
  });

  it.each([
    ['UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress', 'release-pending'],
    [
      'ConfigMap "values" in namespace "istio-system" exists and cannot be imported into the current release',
      'installer-conflict',
    ],
    ['UPGRADE FAILED: conflict occurred while applying object istio-system/istiod', 'field-conflict'],
    [
      'query: failed to query with labels: secrets is forbidden: User "worker" cannot list resource "secrets"',
      'permission-denied',
    ],
    [
      'Kubernetes cluster unreachable: the server has asked for the client to provide credentials',
      'credentials-refused',
    ],
    [
      'Kubernetes cluster unreachable: Get "https://10.0.0.1:6443/version": dial tcp: connection refused',
      'api-unavailable',
    ],
    ['UPGRADE FAILED: admission webhook "policy.example.com" denied the request: no', 'request-rejected'],
    ['UPGRADE FAILED: something that nobody knows', 'install-failed'],
  ])('explains %s', async (words, code) => {
    const fake = await fakeHelm({
      upgrade: `echo 'level=WARN msg=noise' >&2; echo 'Error: ${words}' >&2; exit 1`,
    });
    await expect(upgrade(fake)).rejects.toMatchObject({
      code,
      cluster: 'eu-1',
      message: `helm upgrade ended with status 1: ${words}`,
    });
  });

  it('keeps nothing of a credential in what it says', async () => {
    const words = `${'word '.repeat(117)}Bearer abcdefghijklmnopqrstuvwxyz0123456789`;
    const error = await upgrade(await fakeHelm({ upgrade: `echo '${words}' >&2; exit 1` })).catch(
      (e: Error) => e,
    );
    expect((error as Error).message).not.toContain('abcde');
  });

  it('is tried again when somebody kills Helm, and leaves nothing behind', async () => {
    await expect(upgrade(await fakeHelm({ upgrade: 'kill -KILL $$' }))).rejects.toMatchObject({
      code: 'release-pending',
      transient: true,
      message: 'helm upgrade was killed',
    });
    expect(await folders()).toEqual([]);
  });

  it('lets Helm mark its release as failed when the activity is cancelled', async () => {
    const fake = await fakeHelm({
      upgrade: `trap 'echo failed >"\${0%/*}/marked"; exit 1' TERM; echo started; sleep 45.25 & wait`,
    });
    const abort = new AbortController();
    let isStarted = false;
    const running = upgrade(fake, {
      signal: abort.signal,
      onProgress: () => {
        isStarted = true;
      },
    });
    await until('Helm to run', async () => isStarted);
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(await readdir(fake.folder)).toContain('marked');
    expect(await folders()).toEqual([]);
  });

  it('works on a release of a cluster once at a time', async () => {
    const fake = await fakeHelm({ upgrade: 'echo started; sleep 46.25 & wait' });
    const abort = new AbortController();
    let isStarted = false;
    const onProgress = () => {
      isStarted = true;
    };
    const first = upgrade(fake, { signal: abort.signal, onProgress });
    await until('Helm to run', async () => isStarted);
    await expect(upgrade(fake)).rejects.toMatchObject({ code: 'release-pending', transient: true });
    abort.abort(new Error('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
  });
});
