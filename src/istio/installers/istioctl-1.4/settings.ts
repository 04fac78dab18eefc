/** One `--set path=value` of istioctl. */
export interface Setting {
  readonly path: string;
  readonly value: string;
}

/** A setting that the guide's command lacks. */
export interface Addition extends Setting {
  /** What happens without it, as a sentence. */
  readonly reason: string;
}

/** What istioctl reads as a number or a boolean (istio.io/operator, pkg/util, ParseValue; Go, strconv.ParseFloat). */
const NOT_A_TEXT = [
  /^[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?$/i,
  /^[+-]?0x/i,
  /^[+-]?(inf|infinity|nan)$/i,
  /^(1|t|true|0|f|false)$/i,
];

/**
 * Whether a text arrives as itself behind `--set`: istioctl splits at commas and at `=`, and reads numbers and booleans. What
 * does not has to go into the file.
 */
export function isPlainText(value: string): boolean {
  return /^[\w./:@-]+$/.test(value) && !NOT_A_TEXT.some((pattern) => pattern.test(value));
}

/** Returns the settings as arguments. */
export function argumentsOf(settings: readonly Setting[]): string[] {
  return settings.flatMap(({ path, value }) => ['--set', `${path}=${value}`]);
}
