import { execa } from 'execa';
import { expect, test } from 'vitest';
import { builtFile } from '../support/workflows/codec.js';

test('a program whose output nobody reads any more ends as one that SIGPIPE has ended, and quietly', async () => {
  const running = execa(process.execPath, [await builtFile('src/cli.js'), '--help'], {
    reject: false,
    buffer: { stdout: false },
  });
  running.stdout.destroy();
  const { exitCode, stderr } = await running;
  expect([exitCode, stderr]).toEqual([141, '']);
});
