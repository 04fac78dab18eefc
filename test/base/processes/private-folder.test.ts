import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inPrivateFolder } from '../../../src/base/processes/private-folder.js';
import { temporaryFolder } from '../../kubernetes/support/temporary-folder.js';

/** Makes an empty folder the temp folder of this process. */
async function ownTmp(): Promise<string> {
  const folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

it('makes a folder that only its user can enter, and removes it', async () => {
  const tmp = await ownTmp();
  const mode = await inPrivateFolder(async (folder) => {
    await writeFile(join(folder, 'kubeconfig'), 'secret');
    return (await stat(folder)).mode & 0o777;
  });
  expect(mode).toBe(0o700);
  expect(await readdir(tmp)).toEqual([]);
});

it('removes the folder when the work fails', async () => {
  const tmp = await ownTmp();
  await expect(inPrivateFolder(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(tmp)).toEqual([]);
});

it('removes what a killed process has left behind, and nothing else', async () => {
  const tmp = await ownTmp();
  const own = await inPrivateFolder(async (folder) => basename(folder));
  const ended = execa('true');
  await ended;
  const dead = own.replace(/-\d+-\d+-\w+$/, `-${ended.pid}-1-AbCdEf`);
  const reused = own.replace(/-\d+-\w+$/, '-1-AbCdEf');
  const ofAnotherHost = own.replace(/private-\w+/, 'private-00000000');
  for (const name of [dead, reused, ofAnotherHost, 'mesh-rollout-private-notes']) {
    await mkdir(join(tmpdir(), name));
    await writeFile(join(tmpdir(), name, 'kubeconfig'), 'secret');
  }
  await inPrivateFolder(async (one) => {
    await inPrivateFolder(async (other) => {
      const expected = [ofAnotherHost, 'mesh-rollout-private-notes', basename(one), basename(other)];
      expect((await readdir(tmp)).toSorted()).toEqual(expected.toSorted());
    });
  });
});
