import { Transform } from 'node:stream';

/**
 * A stream that holds back every chunk for as long as `milliseconds` says when the chunk arrives; order is kept,
 * and chunks travel side by side: latency, not a lower bandwidth.
 */
export function latency(milliseconds: () => number): Transform {
  let arrival = 0;
  const later = (action: () => void) => {
    const now = performance.now();
    arrival = Math.max(arrival, now + milliseconds());
    if (arrival <= now) action();
    else setTimeout(action, arrival - now);
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
