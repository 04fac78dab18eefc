import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

/** A program of ours that runs as a process of its own. */
export interface Program {
  readonly pid: number;
  /** What it wrote so far. */
  output(): string;
  /** Resolves with the first line that matches, also one from before; rejects when the program ends without it. */
  saw(pattern: RegExp): Promise<string>;
  /** Writes a line to its standard input. */
  send(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or with the signal that killed it. */
  readonly ended: Promise<number | string | undefined>;
}

function program(file: string, parameters: readonly string[], env: NodeJS.ProcessEnv): Program {
  const subprocess = execa(file, parameters, {
    env,
    extendEnv: false,
    stdin: 'pipe',
    all: true,
    reject: false,
  });
  let text = '';
  subprocess.all.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const match = (pattern: RegExp) => text.split('\n').find((line) => pattern.test(line));
  return {
    pid: subprocess.pid ?? 0,
    output: () => text,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = match(pattern);
          if (line !== undefined) resolve(line);
        };
        subprocess.all.on('data', look);
        subprocess.all.on('end', () => reject(new Error(`the program ended without ${pattern}: ${text}`)));
        look();
      }),
    send: (line) => void subprocess.stdin.write(`${line}\n`),
    kill: (signal) => void subprocess.kill(signal),
    ended: subprocess.then(({ exitCode, signal }) => exitCode ?? signal),
  };
}

/**
 * Compiles the programs in `programs/` once for the tests of a file, since Node 20 runs no TypeScript.
 * Gives a function that starts one of them by name.
 */
export function compiledPrograms(): (name: string, parameters: string[], env?: NodeJS.ProcessEnv) => Program {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-programs-'));
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const tsconfig = {
      extends: join(root, 'tsconfig.build.json'),
      compilerOptions: { rootDir: root, outDir: folder, typeRoots: [join(root, 'node_modules', '@types')] },
      include: [join(import.meta.dirname, 'programs')],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    await execa(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder]);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (name, parameters, env = process.env) =>
    program(
      process.execPath,
      [join(folder, 'test', 'lab', 'tools', 'programs', `${name}.js`), ...parameters],
      env,
    );
}
