import { access, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  makePrivateFolder,
  removePrivateFolder,
  sweepPrivateFolders,
  withPrivateFolder,
} from '../../../../../src/istio/installers/helm/tool/private-folder.js';

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('withPrivateFolder', () => {
  it('has a folder into which nobody else can look, and removes it', async () => {
    const folder = await withPrivateFolder(async (folder) => {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      return folder;
    });
    expect(await exists(folder)).toBe(false);
  });

  it('removes the folder also when the work fails', async () => {
    let folder = '';
    const work = withPrivateFolder(async (path) => {
      folder = path;
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await exists(folder)).toBe(false);
  });
});

describe('sweepPrivateFolders', () => {
  it('removes what processes have left that have ended, and nothing of those that run', async () => {
    const own = await makePrivateFolder();
    onTestFinished(() => removePrivateFolder(own));
    const [prefix = ''] = own.split(`-${process.pid}-`);
    const left = `${prefix}-999999999-abc`;
    const ofInit = `${prefix}-1-abc`;
    const ofEarlierProcess = await mkdtemp(`${prefix}-${process.pid}-`);
    const other = await mkdtemp(join(tmpdir(), 'mesh-rollout-other-'));
    for (const folder of [left, ofInit]) await mkdir(folder);
    for (const folder of [ofInit, other]) onTestFinished(() => rm(folder, { recursive: true }));
    await sweepPrivateFolders();
    expect(await Promise.all([own, left, ofInit, ofEarlierProcess, other].map(exists))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});
