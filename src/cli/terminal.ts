import { ExitCode } from './exit-code.js';
import { createStyle, type Style } from './render/layout/style.js';

/** Where a command writes: a stream, and what is known about the terminal or file behind it. */
export interface Output {
  write(text: string): void;
  /** True for a terminal that can be redrawn. Otherwise lines are only appended. */
  readonly isTerminal: boolean;
  /** Returns the current columns and rows of the terminal, or a wide page for other outputs. */
  size(): { readonly columns: number; readonly rows: number };
  readonly style: Style;
}

const PAGE = { columns: 160, rows: Number.POSITIVE_INFINITY };

/**
 * Returns an output for a stream of this process. `NO_COLOR` (no-color.org) turns colour off. A terminal of
 * type `dumb` is not redrawn either.
 */
export function createOutput(
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
): Output {
  stream.on('error', endUnread);
  const isTerminal = stream.isTTY === true && environment.TERM !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    size: () => (isTerminal ? { columns: stream.columns || 80, rows: stream.rows || 24 } : PAGE),
    style: createStyle(isTerminal && !environment.NO_COLOR),
  };
}

/** Called when the reader closes the output early, as head(1) does. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.unread);
}

/** Writes lines, each with a line break. */
export function writeLines(output: Pick<Output, 'write'>, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
}
