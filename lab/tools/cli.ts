import { ensureTools } from './tools.js';

/** What {@link toolsCommand} can be told. */
export interface ToolsCommandOptions {
  /** `text` is a line `name path` for each tool, `json` one object. @default text */
  readonly output?: 'text' | 'json';
  /** Gets the paths, with line ends. @default standard output */
  readonly print?: (text: string) => void;
  /** Gets progress, line by line, without line ends. @default standard error */
  readonly onProgress?: (line: string) => void;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends a build. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `mesh-rollout lab tools`: sees to it that all tools of the lab are there and prints their paths.
 * @throws what {@link ensureTools} throws; its messages are meant to be shown as they are.
 */
export async function toolsCommand(options: ToolsCommandOptions = {}): Promise<void> {
  const print = options.print ?? ((text: string) => void process.stdout.write(text));
  const paths = await ensureTools({
    environment: options.environment ?? process.env,
    onProgress: options.onProgress ?? ((line) => void process.stderr.write(`${line}\n`)),
    signal: options.signal,
  });
  if (options.output === 'json') return print(`${JSON.stringify(paths, null, 2)}\n`);
  const width = Math.max(...Object.keys(paths).map((name) => name.length));
  print(
    Object.entries(paths)
      .map(([name, path]) => `${name.padEnd(width)}  ${path}\n`)
      .join(''),
  );
}
