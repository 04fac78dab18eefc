import { spawn } from 'node:child_process';
import { readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  primaryCommand,
  remoteCommand,
} from '../../../../src/istio/installers/istioctl-1.4/command-lines.js';
import { Istioctl14 } from '../../../../src/istio/installers/istioctl-1.4/tool.js';
import { failureOf } from '../../../kubernetes/support/failure-of.js';
import { clientOf } from '../../../kubernetes/support/stub-api-server.js';
import { temporaryFolder } from '../../../kubernetes/support/temporary-folder.js';
import { compiled, countProcesses } from '../../../support/programs.js';
import { until } from '../../../support/wait.js';
import { COMPLETE, fakeTools } from '../../support/fake-istioctl-14.js';

const never = new AbortController().signal;
const SERVER = 'https://192.0.2.1:6443';
const TOKEN = 'a-token-of-the-worker-0123456789';
const REMOTE = remoteCommand({
  cluster: 'eu-1',
  istioNamespace: 'istio-system',
  addresses: { pilot: '10.24.0.5', policy: '10.24.0.6', telemetry: '10.24.0.7' },
  values: { global: { proxy: { logLevel: 'hush-hush' } } },
});

const client = () => clientOf(SERVER, { token: TOKEN });

/** An empty temp folder for this process; tests look whether something is left in it. */
async function ownTmp(): Promise<string> {
  const folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

describe('apply', () => {
  it("runs the guide's command with the additions, a file and a kubeconfig", async () => {
    const tools = await fakeTools();
    await new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never });
    const [call = ''] = await tools.calls();
    expect(call).toMatch(
      /^manifest apply --set profile=remote --set values\.global\.remotePilotAddress=10\.24\.0\.5 --set values\.global\.remotePolicyAddress=10\.24\.0\.6 --set values\.global\.remoteTelemetryAddress=10\.24\.0\.7 --set /,
    );
    expect(call).toMatch(/ --skip-confirmation -f \/\S+ --kubeconfig \/\S+$/);
    expect(JSON.parse(await tools.seen('file'))).toEqual(REMOTE.file);
    expect(JSON.parse(await tools.seen('kubeconfig'))).toMatchObject({
      clusters: [{ cluster: { server: SERVER } }],
      users: [{ user: { token: TOKEN } }],
    });
  });

  it('shows neither a credential nor a value of the user to other users of the machine', async () => {
    const tools = await fakeTools();
    await new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never });
    const [call = ''] = await tools.calls();
    for (const secret of [TOKEN, 'hush-hush']) expect(call).not.toContain(secret);
    expect(await tools.seen('env')).not.toContain(TOKEN);
    const modes = (await tools.seen('modes')).split('\n').map((line) => line.split(' ')[0]);
    expect(modes).toEqual(['600', '700', '600', '']);
  });

  it('lets the programs see nothing of the worker, and the right kubectl first', async () => {
    vi.stubEnv('KUBECONFIG', '/of/the/worker/config');
    vi.stubEnv('MESH_ROLLOUT_TEST_SECRET', 'hush');
    onTestFinished(() => void vi.unstubAllEnvs());
    const tools = await fakeTools({
      apply: `kubectl version; echo "$KUBECONFIG"; ls -d "$HOME"; ${COMPLETE}`,
    });
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    await new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never, onLine });
    expect(await tools.seen('env')).not.toContain('hush');
    expect(lines[0]).toContain('v1.15.12');
    expect(lines[1]).toMatch(/\/mesh-rollout-private-\S+\/kubeconfig$/);
    expect(lines[2]).toMatch(/\/mesh-rollout-private-\S+\/home$/);
    expect(lines.at(-1)).toBe('✔ Installation complete');
  });

  it("goes through the worker's proxy", async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.example.com:3128');
    onTestFinished(() => void vi.unstubAllEnvs());
    const tools = await fakeTools();
    await new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never });
    expect(await tools.seen('env')).toContain('HTTPS_PROXY=http://proxy.example.com:3128\n');
  });

  it('finds a kubectl by its name', async () => {
    const tools = await fakeTools();
    const folder = await temporaryFolder();
    await symlink(tools.paths.kubectl, join(folder, 'kubectl-1.15'));
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const tool = new Istioctl14({ ...tools.paths, kubectl: 'kubectl-1.15' });
    await tool.apply(REMOTE, await client(), { signal: never });
    expect(await tools.calls()).toHaveLength(1);
  });

  it('leaves nothing behind, whether it succeeds or fails', async () => {
    const tmp = await ownTmp();
    const [good, bad] = await Promise.all([fakeTools(), fakeTools({ apply: 'exit 255' })]);
    await new Istioctl14(good.paths).apply(REMOTE, await client(), { signal: never });
    await failureOf(new Istioctl14(bad.paths).apply(REMOTE, await client(), { signal: never }));
    const left = (await readdir(tmp)).filter((name) => name.startsWith('mesh-rollout-private-'));
    expect(left).toEqual([]);
  });

  it('ends istioctl and its kubectl when it is cancelled, and leaves nothing behind', async () => {
    const tmp = await ownTmp();
    const tools = await fakeTools({ apply: `echo "- Applying"; sleep 51.25 & sleep 52.25; ${COMPLETE}` });
    const abort = new AbortController();
    const lines: string[] = [];
    const options = { signal: abort.signal, onLine: (line: string) => void lines.push(line) };
    const applying = new Istioctl14(tools.paths).apply(REMOTE, await client(), options);
    await until('both to run', async () => (await countProcesses('sleep 51.25', 'sleep 52.25')) === 2);
    abort.abort(new Error('cancelled'));
    await expect(applying).rejects.toThrow('cancelled');
    expect(await countProcesses('sleep 51.25', 'sleep 52.25')).toBe(0);
    expect(lines[0]).toBe('- Applying');
    expect(lines).not.toContain('✔ Installation complete');
    expect((await readdir(tmp)).filter((name) => name.startsWith('mesh-rollout-private-'))).toEqual([]);
  });

  it('ends with the worker, whose folder the next run sweeps away', async () => {
    const tmp = await ownTmp();
    const tools = await fakeTools({ apply: 'sleep 53.25 & sleep 54.25' });
    const program = await compiled(join(import.meta.dirname, 'programs', 'killed-apply.ts'));
    const kubeconfig = join(await temporaryFolder(), 'config');
    await writeFile(kubeconfig, kubeconfigText());
    const worker = spawn(process.execPath, [program, tools.paths.istioctl, tools.paths.kubectl, kubeconfig], {
      stdio: 'inherit',
    });
    await until('both to run', async () => (await countProcesses('sleep 53.25', 'sleep 54.25')) === 2);
    const exited = new Promise((resolve) => worker.on('exit', resolve));
    worker.kill('SIGKILL');
    await exited;
    await until('both to end', async () => (await countProcesses('sleep 53.25', 'sleep 54.25')) === 0);
    expect((await readdir(tmp)).filter((name) => name.startsWith('mesh-rollout-private-'))).toHaveLength(1);
    await new Istioctl14((await fakeTools()).paths).version();
    expect((await readdir(tmp)).filter((name) => name.startsWith('mesh-rollout-private-'))).toEqual([]);
  }, 60_000);

  it.each([
    ['is not there', undefined, 'cannot be run (status 127)'],
    ['is too new', 'v1.27.16', 'is v1.27.16; istioctl 1.4 works with 1.15 to 1.26'],
    ['is too old', 'v1.14.10', 'is v1.14.10; istioctl 1.4 works with 1.15 to 1.26'],
    ['has no version', 'unknown', 'does not report its version'],
  ])('does not run istioctl where kubectl %s', async (_, kubectl, words) => {
    const tools = await fakeTools({ kubectl });
    const applying = new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never });
    expect(await failureOf(applying)).toMatchObject({
      code: 'tool-version-differs',
      transient: true,
      message: expect.stringContaining(words),
      action: expect.stringContaining('1.15 to 1.26'),
    });
    expect(await tools.calls()).toEqual([]);
  });

  it.each(['v1.15.12', 'v1.20.15-eks-1', 'v1.26.15'])('runs beside kubectl %s', async (kubectl) => {
    const tools = await fakeTools({ kubectl });
    await new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never });
    expect(await tools.calls()).toHaveLength(1);
  });

  it('takes success without the words of success for a failure', async () => {
    const tools = await fakeTools({ apply: 'echo "- Applying manifest for component Base..."' });
    const applying = new Istioctl14(tools.paths).apply(REMOTE, await client(), { signal: never });
    expect(await failureOf(applying)).toMatchObject({ code: 'request-rejected', cluster: 'eu-1' });
  });
});

describe('generate', () => {
  it('renders with the same settings, without a kubeconfig', async () => {
    const tools = await fakeTools({ generate: 'echo rendered' });
    expect(await new Istioctl14(tools.paths).generate(REMOTE)).toBe('rendered\n');
    const [call = ''] = await tools.calls();
    expect(call).toMatch(/^manifest generate --set profile=remote .* -f \/\S+$/);
    expect(call).not.toContain('kubeconfig');
    expect(await tools.seen('file')).toContain('hush-hush');
  });

  it('fails with the words of istioctl, without the input that it repeats', async () => {
    const tools = await fakeTools({
      generate:
        'printf "input file failed validation with the following errors: unknown field \\"x\\"\\n\\nOriginal YAML:\\n{\\"all\\": \\"of it\\"}\\n" >&2; exit 255',
    });
    expect(await failureOf(new Istioctl14(tools.paths).generate(REMOTE))).toMatchObject({
      code: 'render-failed',
      message:
        'istioctl 1.4 ended with status 255: input file failed validation with the following errors: unknown field "x"',
    });
  });
});

describe('version', () => {
  it('is asked once', async () => {
    const tools = await fakeTools();
    const tool = new Istioctl14(tools.paths);
    expect(await tool.version()).toBe('1.4.3');
    await rm(tools.paths.istioctl);
    expect(await tool.version()).toBe('1.4.3');
  });

  it.each(['1.31.0', '1.40.1', ''])('must be 1.4, not "%s"', async (version) => {
    const tools = await fakeTools({ version });
    const line = primaryCommand({ profile: 'default', istioNamespace: 'istio-system', values: {} });
    const tool = new Istioctl14(tools.paths);
    for (const run of [tool.generate(line), tool.apply(line, await client(), { signal: never })]) {
      expect(await failureOf(run)).toMatchObject({ code: 'tool-version-differs', transient: true });
    }
    expect(await tools.calls()).toEqual([]);
  });

  it('fails where there is no istioctl', async () => {
    const tool = new Istioctl14({ istioctl: '/no/such/istioctl', kubectl: '/no/such/kubectl' });
    expect(await failureOf(tool.version())).toMatchObject({
      code: 'tool-version-differs',
      message: 'there is no istioctl at /no/such/istioctl',
    });
  });
});

function kubeconfigText(): string {
  return JSON.stringify({
    'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server: SERVER } }],
    users: [{ name: 'x', user: { token: TOKEN } }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  });
}
