import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labDown, labStatus, labUp } from '../../lab/cli.js';
import { readStateFile, type SavedStatus } from '../../lab/state-file.js';
import { processStarted } from '../../lab/tools/lock/process-identity.js';

const soon = { timeout: 10_000, interval: 100 };

/** The program behind `--detach` is the compiled one: these tests need `npm run build`. */
describe('mesh-rollout lab', () => {
  let folder: string;
  let directory: string;
  let printed: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-cli-'));
    directory = join(folder, 'lab');
    printed = '';
  });

  afterEach(async () => {
    await labDown(options());
    await rm(folder, { recursive: true });
  });

  const options = () => ({
    directory,
    print: (text: string) => {
      printed += text;
    },
    onProgress: () => {},
  });

  async function up(): Promise<SavedStatus> {
    await labUp({ ...options(), remotes: 0, detach: true });
    return (await readStateFile(directory)) as SavedStatus;
  }

  async function living({ processes }: SavedStatus): Promise<string[]> {
    const started = await Promise.all(processes.map(({ pid }) => processStarted(pid)));
    return processes.filter((one, i) => one.started === started[i]).map(({ name }) => name);
  }

  it('starts a lab in the background, says where it is, refuses a second one, and ends it', async () => {
    const saved = await up();
    expect(printed).toContain(saved.inventoryPath);
    expect(printed).toContain(saved.temporal?.uiUrl);
    expect(printed).toContain(`kubectl --kubeconfig ${saved.clusters[0]?.kubeconfigPath} get pods -A`);
    expect(await living(saved)).toContain('primary/kube-apiserver');
    await expect(labUp(options())).rejects.toThrow(`a lab runs in ${directory} already`);
    expect(await labStatus(options())).toBe(true);
    await labDown(options());
    expect(await living(saved)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
    expect(await labStatus(options())).toBe(false);
    expect(printed).toContain(`no lab in ${directory}`);
  });

  it('starts a lab of the release that it is told', async () => {
    await labUp({ ...options(), remotes: 0, release: '1.4', detach: true });
    const saved = (await readStateFile(directory)) as SavedStatus;
    expect(saved.clusters).toMatchObject([{ name: 'primary', release: '1.4' }]);
    expect(await living(saved)).toContain('primary/kube-apiserver');
    await labDown(options());
    expect(await living(saved)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });

  it('leaves no process and no file when the lab gets SIGKILL', async () => {
    const saved = await up();
    process.kill(saved.owner.pid, 'SIGKILL');
    await expect.poll(() => living(saved), soon).toEqual([]);
    await expect.poll(() => existsSync(directory) || existsSync(saved.socketDirectory), soon).toBe(false);
  });

  it('removes with "down" what is left when the reaper was killed as well', async () => {
    const saved = await up();
    const { stdout } = await execa('pgrep', ['-f', `lab-reaper ${directory}`]);
    process.kill(Number(stdout), 'SIGKILL');
    process.kill(saved.owner.pid, 'SIGKILL');
    expect(await living(saved)).toContain('etcd');
    await expect.poll(() => labStatus(options()), soon).toBe(false);
    expect(printed).toContain(`the lab in ${directory} has died`);
    await labDown(options());
    await expect.poll(() => living(saved), soon).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });
});
