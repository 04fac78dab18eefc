import { ensureCharts } from './charts.js';
import { selectTools, type ToolSelection } from './releases.js';
import { ensureTools } from './tools.js';

/** What {@link toolsCommand} can be told. */
export interface ToolsCommandOptions extends ToolSelection {
  /** `text` is a line `name path` for each tool and for the charts of a release, `json` one object. @default text */
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
 * `mesh-rollout lab tools`: sees to it that the tools are there that a lab of that release, and its user, need, with
 * the Helm charts that go with `installer: helm`, and prints their paths.
 * @throws what {@link ensureTools} throws; its messages are meant to be shown as they are.
 */
export async function toolsCommand(options: ToolsCommandOptions = {}): Promise<void> {
  const print = options.print ?? ((text: string) => void process.stdout.write(text));
  const { names, charts } = selectTools(options);
  const common = {
    environment: options.environment ?? process.env,
    onProgress: options.onProgress ?? ((line: string) => void process.stderr.write(`${line}\n`)),
    signal: options.signal,
  };
  const tools = await ensureTools({ ...common, names });
  const folders = Object.entries(await ensureCharts({ ...common, releases: charts }));
  const paths = {
    ...tools,
    ...Object.fromEntries(folders.map(([release, path]) => [`charts-${release}`, path])),
  };
  if (options.output === 'json') return print(`${JSON.stringify(paths, null, 2)}\n`);
  const width = Math.max(...Object.keys(paths).map((name) => name.length));
  print(
    Object.entries(paths)
      .map(([name, path]) => `${name.padEnd(width)}  ${path}\n`)
      .join(''),
  );
}
