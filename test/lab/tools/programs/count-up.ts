import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../../../lab/tools/lock/lock.js';

// Run as a process of its own: raises the number in the file `count` of the folder by one, several times, each time under the lock.
const [folder = '', times = '1'] = process.argv.slice(2);
const count = join(folder, 'count');
for (let round = 0; round < Number(times); round++) {
  await withLock(folder, async () => {
    const before = Number(await readFile(count, 'utf8'));
    await writeFile(count, String(before + 1));
  });
}
