import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';

test('leaves a process and a file', () => {
  spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).unref();
  writeFileSync(join(tmpdir(), 'forgotten'), 'x');
});
