import { runInGroup } from '../../../../src/base/processes/run-in-group.js';

/** A worker that runs a program which starts another one; the test kills it. */
await runInGroup({
  command: 'sh',
  args: ['-c', 'sleep 43.25; true'],
  env: { PATH: process.env.PATH ?? '' },
  cwd: '/',
  graceSeconds: 1,
});
