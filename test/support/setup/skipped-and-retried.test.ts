import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

test('a run in which a test needed its second try has failed, and names the test', {
  timeout: 60_000,
}, async () => {
  const config = join(import.meta.dirname, 'programs', 'second-try.config.ts');
  const { exitCode, all } = await execa('npx', ['vitest', 'run', '--config', config], {
    cwd: root,
    reject: false,
    all: true,
  });
  expect(all).toContain('second-try.ts > needs its second try: passed in its second try only');
  expect(exitCode).toBe(1);
});
