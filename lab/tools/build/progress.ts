/** Seconds between the signs of life of a long step. */
export const heartbeatSeconds = 30;

/** A time span for people: `40 s`, `5 min 3 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long builds take with cold caches: `about 7 minutes on 2 cores`. */
export function estimate(minutes: number): string {
  return `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} on 2 cores`;
}

/** Measures from now on; the function it returns gives the time so far, for people. */
export function stopwatch(): () => string {
  const start = performance.now();
  return () => duration(performance.now() - start);
}

/** Calls `beat` each 30 s while `work` goes on. */
export async function withHeartbeat<Result>(beat: () => void, work: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(beat, heartbeatSeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
