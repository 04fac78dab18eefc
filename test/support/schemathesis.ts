import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/** The version that findings were last looked through with. */
const VERSION = '4.32.5';
const INSTALL_TIMEOUT_MS = 180_000;
const RUN_TIMEOUT_MS = 280_000;
/** The program `st` without its script, whose first line would name the place it was installed to. */
const PROGRAM = 'from schemathesis.cli import schemathesis; schemathesis()';

/** How a run of Schemathesis ended. */
export interface SchemathesisRun {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Schemathesis, ready to run; or why it cannot be had on this machine. */
export type Schemathesis =
  /** `cwd` is where it leaves its own files. */
  | { readonly run: (args: readonly string[], cwd: string) => Promise<SchemathesisRun> }
  | { readonly missing: string };

/**
 * Schemathesis from PyPI, installed once into a cache of the user, never into the checkout. Needs Python ≥ 3.11 with pip,
 * and PyPI the first time.
 */
export async function findSchemathesis(): Promise<Schemathesis> {
  const python = 'python3';
  const version = await execa(python, ['-c', 'import pip, sys; print("%d.%d" % sys.version_info[:2])'], {
    reject: false,
  });
  const [major = 0, minor = 0] = version.stdout.split('.').map(Number);
  if (version.exitCode !== 0 || major < 3 || (major === 3 && minor < 11)) {
    return {
      missing: `Schemathesis needs python3 of 3.11 or newer, with pip; found ${version.stdout || 'none'}`,
    };
  }
  const folder = join(cacheFolder(), `schemathesis-${VERSION}-python-${version.stdout}`);
  const problem = await install(python, folder);
  if (problem !== undefined) return { missing: problem };
  return {
    run: async (args, cwd) => {
      const { exitCode, all } = await execa(python, ['-c', PROGRAM, ...args], {
        env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1', no_proxy: '127.0.0.1' },
        cwd,
        reject: false,
        all: true,
        timeout: RUN_TIMEOUT_MS,
      });
      return { exitCode, output: all };
    },
  };
}

/** Installs into a folder beside and renames it, so that a folder that is there is whole. Gives what is in the way. */
async function install(python: string, folder: string): Promise<string | undefined> {
  if (await exists(folder)) return undefined;
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}.`);
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', building];
    const { exitCode, stderr } = await execa(python, [...pip, `schemathesis==${VERSION}`], {
      reject: false,
      timeout: INSTALL_TIMEOUT_MS,
    });
    if (exitCode !== 0) {
      return `Schemathesis ${VERSION} cannot be installed from PyPI: ${stderr.trim().split('\n').at(-1)}`;
    }
    await rename(building, folder).catch(async (error) => {
      // Another run was faster.
      if (!(await exists(folder))) throw error;
    });
    return undefined;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'mesh-rollout', 'python');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
