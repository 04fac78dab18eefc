import { join } from 'node:path';
import { ProcessTable } from '../../../../lab/processes/process-table.js';
import { Reaper } from '../../../../lab/processes/reaper.js';

/** Starts two children, one with a child of its own, writes their pids and waits to be killed. Argument: a directory. */
const directory = process.argv[2] as string;
const reaper = await Reaper.start([directory]);
const processes = new ProcessTable(reaper, directory, () => {});
const start = (name: string, script: string) =>
  processes.start({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    workingDirectory: directory,
    logFile: join(directory, `${name}.log`),
  });
const one = await start('one', 'exec sleep 300');
const two = await start(
  'two',
  'trap "" INT TERM; sleep 300 & echo $! > grandchild; while :; do echo x >> noise; done',
);
console.log(`started ${one.pid} ${two.pid}`);
