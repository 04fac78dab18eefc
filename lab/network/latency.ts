import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A stream that holds back every chunk for as long as `milliseconds` says when the chunk arrives; order is kept,
 * and chunks travel side by side: latency, not a lower bandwidth.
 */
export function latency(milliseconds: () => number): Transform {
  let waiting = 0;
  let last = Promise.resolve();
  // One waits behind the other: timers keep no order, not even those of equal length.
  const later = (action: () => void) => {
    const added = milliseconds();
    if (waiting === 0 && added === 0) return action();
    const due = performance.now() + added;
    waiting += 1;
    last = last.then(async () => {
      const left = due - performance.now();
      if (left > 0) await sleep(left);
      waiting -= 1;
      action();
    });
  };
  return new Transform({
    transform(chunk, _encoding, done) {
      later(() => this.push(chunk));
      done();
    },
    flush(done) {
      later(done);
    },
  });
}
