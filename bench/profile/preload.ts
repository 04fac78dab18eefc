import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into a worker by `NODE_OPTIONS=--import …` (`--cpu-prof` is not allowed there in Node 20): writes a CPU
 * profile of its main thread into the folder BENCH_PROFILE when it exits normally.
 */
const folder = process.env.BENCH_PROFILE;
if (isMainThread && folder !== undefined && process.argv.includes('worker')) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.on('exit', () => {
    session.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(join(folder, 'worker.cpuprofile'), JSON.stringify(profile));
    });
  });
}
