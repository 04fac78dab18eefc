/**
 * Settles with the first Ctrl-C or SIGTERM. Under npm also when npm is gone (SIGKILL): the terminal has its prompt back
 * then, and no Ctrl-C would reach this process any more.
 */
export function untilInterrupted(): Promise<void> {
  const parent = process.ppid;
  const isUnderNpm = process.env.npm_lifecycle_event !== undefined;
  return new Promise((resolve) => {
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    // Signal handlers alone do not keep Node running.
    const alive = setInterval(() => {
      if (isUnderNpm && process.ppid !== parent) end();
    }, 1_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  });
}
