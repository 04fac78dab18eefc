import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Compiles the programs in `programs/` once for the tests of a file, since Node 20 runs no TypeScript.
 * Gives the path of a compiled one by its name.
 */
export function compiledPrograms(): (name: string) => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-programs-'));
    const tsconfig = {
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: { rootDir: root, outDir: folder, typeRoots: [join(root, 'node_modules', '@types')] },
      include: [join(import.meta.dirname, 'programs')],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await execa(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder]);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (name) => join(folder, 'test', 'lab', 'processes', 'programs', `${name}.js`);
}
