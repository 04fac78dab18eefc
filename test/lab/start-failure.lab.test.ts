import { access, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLab } from '../../lab/lab.js';
import { ensureTools } from '../../lab/tools/tools.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-failure-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Servers and pipes that keep this process alive. */
const open = () =>
  process.getActiveResourcesInfo().filter((kind) => /ServerWrap|^PipeWrap|ProcessWrap/.test(kind)).length;

describe('a lab that does not start', () => {
  it.each(['etcd', 'kube-apiserver', 'kube-scheduler'] as const)(
    'because %s ends at once says so, and leaves nothing that would keep the program from ending',
    async (program) => {
      const before = open();
      const tools = { ...(await ensureTools({})), [program]: '/bin/false' };
      const directory = join(folder, 'lab');
      await expect(startLab({ directory, tools, remotes: 0, temporal: false })).rejects.toThrow(program);
      await expect(access(directory)).rejects.toThrow('ENOENT');
      await expect.poll(open, { timeout: 10_000 }).toBeLessThanOrEqual(before);
    },
  );

  it('in a symbolic link names the directory to give instead', async () => {
    const link = join(folder, 'link');
    await symlink(await mkdtemp(join(folder, 'real-')), link);
    const tools = await ensureTools({});
    await expect(startLab({ directory: link, tools, remotes: 0 })).rejects.toThrow(
      'is a symbolic link: name ',
    );
  });
});
