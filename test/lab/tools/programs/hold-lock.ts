import { once } from 'node:events';
import { withLock } from '../../../../lab/tools/lock/lock.js';

// Run as a process of its own: takes the lock of the folder of the first argument and holds it until something comes on standard input.
const onWait = ({ pid }: { pid: number }): void => console.log(`waiting for ${pid}`);
const work = async (): Promise<void> => {
  console.log('held');
  await once(process.stdin, 'data');
};
await withLock(process.argv[2] ?? '', work, { onWait });
process.exit();
