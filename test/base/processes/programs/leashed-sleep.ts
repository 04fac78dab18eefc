import { runLeashed } from '../../../../src/base/processes/leashed-process.js';

/** A worker that runs a program for a long time; the test kills it. */
await runLeashed({ command: 'sleep', args: ['42.75'], input: '', env: { PATH: process.env.PATH ?? '' } });
