/** A stamp of the script: its time, and the CPU time of the finished children so far. */
export interface Stamp {
  /** Seconds since the epoch. */
  readonly at: number;
  /** CPU seconds of the shell and of its children that have ended, and theirs. */
  readonly cpu: number;
}

const STAMP = /^at (\w+) ([\d.,]+)\n(\S+) (\S+)\n(\S+) (\S+)$/gm;

/**
 * Reads the stamps that attach.sh prints: a name and bash's EPOCHREALTIME, then the two lines of `times` (user and
 * system time of the shell, then of its children).
 */
export function parseStamps(output: string): Map<string, Stamp> {
  return new Map(
    [...output.matchAll(STAMP)].map(([, name = '', at = '', ...times]) => [
      name,
      { at: Number(at.replace(',', '.')), cpu: times.map(parseTime).reduce((sum, one) => sum + one, 0) },
    ]),
  );
}

/** `1m2.345s`, as bash's `times` prints it, in seconds. */
function parseTime(text: string): number {
  const [, minutes = Number.NaN, seconds = Number.NaN] = /^(\d+)m([\d.,]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(String(seconds).replace(',', '.'));
}
