import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/config/log.js';

test('a log has one JSON object a line, as soon as it was called', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-log-'));
  const file = join(folder, 'log');
  const fd = openSync(file, 'a');
  onTestFinished(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const log = createLog('worker', 'info', fd);
  log.debug('nobody wants to know');
  log.info({ mesh: 'shop', authorization: 'Bearer abc' }, 'a rollout');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', service: 'worker', mesh: 'shop', authorization: '(redacted)', msg: 'a rollout' },
  ]);
});

test('a log on a full disk ends nobody', async () => {
  const fd = openSync('/dev/full', 'a');
  onTestFinished(() => closeSync(fd));
  const log = createLog('worker', 'info', fd);
  for (let line = 1; line <= 1_000; line++) log.info(`line ${line}: ${'x'.repeat(2_000)}`);
  // An error that nobody listens to would end the process in its next turn.
  await new Promise((resolve) => setImmediate(resolve));
});
