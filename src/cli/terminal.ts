import { ExitCode } from './exit-code.js';
import { createStyle, type Style } from './render/layout/style.js';

/** Where a command writes: a stream, and what is known about what is behind it. */
export interface Output {
  write(text: string): void;
  /** A terminal that can be redrawn; else lines are appended only. */
  readonly isTerminal: boolean;
  /** Columns and rows of the terminal now; a wide page elsewhere. */
  size(): { readonly columns: number; readonly rows: number };
  readonly style: Style;
}

const PAGE = { columns: 160, rows: Number.POSITIVE_INFINITY };

/**
 * An output over a stream of this process.
 * `NO_COLOR` (no-color.org) takes colour away; a terminal that calls itself `dumb` is not redrawn either.
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

/** What reads the output may have seen enough, as head(1) does after its lines. */
function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.unread);
}

/** Writes lines, each with its end. */
export function writeLines(output: Pick<Output, 'write'>, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
}
