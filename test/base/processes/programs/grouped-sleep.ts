import { runProcessGroup } from '../../../../src/base/processes/process-group.js';

/** A worker that runs a program which has started another one; the test kills it. */
await runProcessGroup({
  command: 'sh',
  args: ['-c', 'sleep 43.75 & sleep 44.75'],
  env: { PATH: process.env.PATH ?? '' },
  graceSeconds: 1,
});
