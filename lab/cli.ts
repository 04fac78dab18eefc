import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { endLab } from './end-lab.js';
import { startLab } from './lab.js';
import { startDetached } from './start-detached.js';
import { describeLab } from './state/describe-lab.js';
import { readStateFile, type SavedStatus } from './state-file.js';
import { ensureCharts } from './tools/charts.js';
import { processState } from './tools/lock/process-identity.js';
import { selectTools, type ToolSelection } from './tools/releases.js';
import { ensureTools } from './tools/tools.js';

/** What the lab's commands have in common. */
export interface LabCommandOptions {
  /** State directory of the lab. @default `mesh-rollout/lab` below `XDG_STATE_HOME` or `~/.local/state` */
  readonly directory?: string;
  /** Gets results, with line ends. @default standard output */
  readonly print?: (text: string) => void;
  /** Gets progress, line by line, without line ends. @default standard error */
  readonly onProgress?: (line: string) => void;
}

/** What {@link labUp} can be told. */
export interface LabUpOptions extends LabCommandOptions, ToolSelection {
  /** @default 2 */
  readonly remotes?: number;
  /** Return when the lab is ready, and let it run on. */
  readonly detach?: boolean;
}

/** What {@link labStatus} can be told. */
export interface LabStatusOptions extends LabCommandOptions {
  /** `json` is what lab.json says. @default text */
  readonly output?: 'text' | 'json';
}

/**
 * `mesh-rollout lab up`: starts a lab and says where everything is; runs until Ctrl-C or SIGTERM, or with `detach`
 * returns when the lab is ready. What a lab that crashed left behind in the directory is removed first.
 *
 * @throws Error when a lab runs in the directory already, or this one does not start; messages are meant to be shown.
 */
export async function labUp(options: LabUpOptions = {}): Promise<void> {
  const { directory, print, onProgress } = withDefaults(options);
  const saved = await readStateFile(directory);
  if (saved && (await processState(saved.owner)) === 'alive') {
    throw new Error(`a lab runs in ${directory} already (process ${saved.owner.pid} on ${saved.owner.host})`);
  }
  if (saved) await endLab(saved);
  const { names, charts } = selectTools(options);
  const tools = await ensureTools({ names, onProgress });
  await ensureCharts({ releases: charts, onProgress });
  const { remotes = 2, release } = options;
  const labOptions = { directory, tools, remotes, release, onProgress };
  if (options.detach) {
    await startDetached(labOptions);
    print(describeLab((await readStateFile(directory)) as SavedStatus));
    return;
  }
  const lab = await startLab(labOptions);
  print(describeLab(lab.status()));
  onProgress('Ctrl-C ends the lab');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await lab.stop();
}

/** `mesh-rollout lab status`: says where everything of a lab is. Gives whether one lives in the directory. */
export async function labStatus(options: LabStatusOptions = {}): Promise<boolean> {
  const { directory, print } = withDefaults(options);
  const saved = await readStateFile(directory);
  const state = saved && (await processState(saved.owner));
  if (!saved || state === 'dead') {
    print(
      saved
        ? `the lab in ${directory} has died; "lab down" removes what it left\n`
        : `no lab in ${directory}\n`,
    );
    return false;
  }
  print(options.output === 'json' ? `${JSON.stringify(saved, null, 2)}\n` : describeLab(saved));
  return true;
}

/**
 * `mesh-rollout lab down`: ends the lab in the directory, or removes what one that crashed left behind. Says so when
 * there is none.
 *
 * @throws Error when the lab runs on another machine.
 */
export async function labDown(options: LabCommandOptions = {}): Promise<void> {
  const { directory, print } = withDefaults(options);
  const saved = await readStateFile(directory);
  if (saved) await endLab(saved);
  print(saved ? `the lab in ${directory} is gone\n` : `no lab in ${directory}\n`);
}

function withDefaults(options: LabCommandOptions): Required<LabCommandOptions> {
  return {
    directory: resolve(options.directory ?? defaultDirectory()),
    print: options.print ?? ((text) => void process.stdout.write(text)),
    onProgress: options.onProgress ?? ((line) => void process.stderr.write(`${line}\n`)),
  };
}

function defaultDirectory(): string {
  const xdg = process.env.XDG_STATE_HOME;
  // The XDG base directory specification has relative paths ignored.
  const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'state');
  return join(base, 'mesh-rollout', 'lab');
}
