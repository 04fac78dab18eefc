import { access, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { provideTools } from '../../../../lab/tools/build/provide.js';
import { ToolsError } from '../../../../lab/tools/errors.js';
import { processStarted } from '../../../../lab/tools/lock/process-identity.js';
import { type Bench, bench, installGo, realGo, standIn, temporaryFolder } from '../bench.js';
import { compiledPrograms } from '../compiled.js';
import { tinyRecipe } from '../tiny-recipe.js';

const start = compiledPrograms();
const fixtures = join(import.meta.dirname, '..', 'fixtures');

async function provide(
  { environment }: Pick<Bench, 'environment'>,
  options: { folder?: string; signal?: AbortSignal; recipe?: typeof tinyRecipe } = {},
): Promise<{ path: string | undefined; lines: string[] }> {
  const lines: string[] = [];
  const paths = await provideTools({
    names: ['etcd'],
    recipes: [options.recipe ?? tinyRecipe],
    recipesFolder: options.folder ?? fixtures,
    environment,
    report: (line) => lines.push(line),
    signal: options.signal,
  });
  return { path: paths.get('etcd'), lines };
}

/** Shell for a `go` that has written half of its output, and then goes no further until the fifo is written to. */
async function halfWay(): Promise<{ script: string; fifo: string; pids: () => Promise<number[]> }> {
  const folder = await temporaryFolder();
  const [fifo, pidFile] = [join(folder, 'go-on'), join(folder, 'pids')];
  await execa('mkfifo', [fifo]);
  // go refuses to write over a file that holds anything but a program.
  const script = `for word in "$@"; do
  case "$before" in -o) output=$word;; esac
  before=$word
done
echo half >"$output"
echo $$ >>'${pidFile}'
read -r _ <'${fifo}'
: >"$output"`;
  const pids = () =>
    vi.waitFor(async () => {
      const text = await readFile(pidFile, 'utf8');
      expect(text).toMatch(/\n$/);
      return text.trimEnd().split('\n').map(Number);
    }, 10_000);
  return { script, fifo, pids };
}

const unfinished = async ({ cache }: Bench) =>
  (await readdir(cache)).filter((entry) => entry.startsWith('building-'));

describe('a tool that is there already', () => {
  const versions = (version: string) => `echo 'etcd Version: ${version}'`;

  test('is taken from the folder of the user’s choice before PATH', async () => {
    const machine = await bench();
    await standIn(machine.bin, 'etcd', versions('3.6.1'));
    const chosen = await temporaryFolder();
    const path = await standIn(chosen, 'etcd', versions('3.7.0'));
    const environment = { ...machine.environment, MESH_ROLLOUT_TOOLS_DIR: chosen };
    const result = await provide({ environment });
    expect(result).toEqual({ path, lines: [`etcd 3.7.0 from MESH_ROLLOUT_TOOLS_DIR: ${path}`] });
  });

  test('is an error when it does not fit and the user chose its folder', async () => {
    const machine = await bench();
    await standIn(machine.bin, 'etcd', versions('3.6.1'));
    const chosen = await temporaryFolder();
    await standIn(chosen, 'etcd', versions('3.5.21'));
    const environment = { ...machine.environment, MESH_ROLLOUT_TOOLS_DIR: chosen };
    const error = await provide({ environment }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'bad-tools-folder', tools: ['etcd'] });
    expect((error as Error).message).toContain(
      `etcd in ${chosen} is 3.5.21; wanted is 3.6.0 or newer, below 4.0.0`,
    );
    expect((error as Error).message).toContain('unset MESH_ROLLOUT_TOOLS_DIR');
  });

  test('is an error when the chosen folder is not there', async () => {
    const { environment } = await bench();
    const chosen = { environment: { ...environment, MESH_ROLLOUT_TOOLS_DIR: '/not/there' } };
    await expect(provide(chosen)).rejects.toMatchObject({ code: 'bad-tools-folder' });
  });

  test('is looked for on PATH when the chosen folder has none', async () => {
    const machine = await bench();
    const path = await standIn(machine.bin, 'etcd', versions('3.6.1'));
    const environment = { ...machine.environment, MESH_ROLLOUT_TOOLS_DIR: await temporaryFolder() };
    await expect(provide({ environment })).resolves.toMatchObject({ path });
  });

  test('is passed over on PATH when its version does not fit, with a line that says so', async () => {
    const machine = await bench();
    const old = await standIn(machine.bin, 'etcd', versions('3.5.21'));
    const second = await temporaryFolder();
    const path = await standIn(second, 'etcd', versions('3.6.1'));
    const environment = { ...machine.environment, PATH: `${machine.bin}:${second}` };
    const result = await provide({ environment });
    expect(result.path).toBe(path);
    expect(result.lines[0]).toBe(`${old} is 3.5.21, not used: wanted is 3.6.0 or newer, below 4.0.0`);
  });
});

describe('a tool with a version in its name', () => {
  const kubectl = (version: string) => `echo '{"clientVersion": {"gitVersion": "v${version}"}}'`;
  const find = async (environment: NodeJS.ProcessEnv) => {
    const lines: string[] = [];
    const report = (line: string) => void lines.push(line);
    const options = { names: ['kubectl-1.15'] as const, recipes: [], recipesFolder: fixtures, environment };
    const paths = await provideTools({ ...options, report });
    return { path: paths.get('kubectl-1.15'), lines };
  };

  test('is taken by its plain name when its version fits', async () => {
    const { bin, environment } = await bench();
    const path = await standIn(bin, 'kubectl', kubectl('1.15.3'));
    await expect(find(environment)).resolves.toMatchObject({ path });
    const chosen = { ...environment, PATH: '', MESH_ROLLOUT_TOOLS_DIR: bin };
    await expect(find(chosen)).resolves.toMatchObject({ path });
  });

  test('passes over one of the plain name that does not fit, also in the folder of the user’s choice', async () => {
    const { bin, environment } = await bench();
    const other = await standIn(bin, 'kubectl', kubectl('1.34.1'));
    await expect(find({ ...environment, MESH_ROLLOUT_TOOLS_DIR: bin })).resolves.toEqual({
      path: undefined,
      lines: [`${other} is 1.34.1, not used as kubectl-1.15: wanted is 1.15.0 or newer, below 1.16.0`],
    });
  });
});

test('without go, the error says what is missing and what to do', async () => {
  const error = await provide(await bench()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ToolsError);
  expect(error).toMatchObject({ code: 'go-missing', tools: ['etcd'] });
  expect((error as Error).message).toBe(
    [
      'There is no go on PATH.',
      'These tools are not on PATH and not in the cache, and have to be built:',
      '  etcd 3.6.0 or newer, below 4.0.0',
      'Either install Go 1.26.0 or newer (https://go.dev/dl) and put it on PATH,',
      'or put these tools on PATH, or into a folder, and name that in MESH_ROLLOUT_TOOLS_DIR.',
    ].join('\n'),
  );
});

test('with a go that is too old, the error names it', async () => {
  const machine = await bench();
  const go = await standIn(machine.bin, 'go', 'echo go1.25.9');
  const error = await provide(machine).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'go-too-old' });
  expect((error as Error).message).toContain(`${go} is Go 1.25.9, too old.`);
});

// The first build on a machine compiles Go's standard library.
describe('a build', { timeout: 120_000 }, () => {
  beforeEach((context) => {
    if (realGo === undefined) context.skip('no Go that fits on PATH');
  });

  test('gives a tool that knows its version, from the cache the next time', async () => {
    const machine = await bench();
    await installGo(machine);
    const built = await provide(machine);
    expect(built.lines.map((line) => line.replace(/\d+ s$/, 'n s'))).toEqual([
      expect.stringMatching(
        /^to be built once, with Go 1\.\d+\.\d+: tiny 3\.7\.3; about 1 minute on 2 cores, less with warm Go caches; into /,
      ),
      'building tiny 3.7.3 (etcd), about 1 minute on 2 cores',
      'built tiny 3.7.3 in n s',
      'all there after n s',
    ]);
    await rm(join(machine.bin, 'go'));
    const again = await provide(machine);
    expect(again.path).toBe(built.path);
    expect(again.lines).toEqual([`tiny 3.7.3 from the cache: ${join(built.path ?? '', '..')}`]);
    const { stdout } = await execa(again.path ?? '', []);
    expect(stdout).toBe('etcd Version: 3.7.3');
    expect(await unfinished(machine)).toEqual([]);
  });

  test('is done anew when go.sum changes, and writes nothing into the recipe', async () => {
    const machine = await bench();
    await installGo(machine);
    const folder = await temporaryFolder();
    const tiny = join(folder, 'tiny');
    await cp(join(fixtures, 'tiny'), tiny, { recursive: true });
    const before = await provide(machine, { folder });
    const line = 'example.org/unused v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n';
    await writeFile(join(tiny, 'go.sum'), line);
    const after = await provide(machine, { folder });
    expect(after.path).not.toBe(before.path);
    await expect(readdir(tiny)).resolves.toEqual(['go.mod', 'go.sum', 'main.go']);
    await expect(readFile(join(tiny, 'go.sum'), 'utf8')).resolves.toBe(line);
  });

  test('is done anew when a tool was taken out of the cache', async () => {
    const machine = await bench();
    await installGo(machine);
    const { path = '' } = await provide(machine);
    await rm(path);
    await provide(machine);
    await expect(access(path)).resolves.toBeUndefined();
  });

  test('needs no HOME, as under systemd, and heeds no GO111MODULE', async () => {
    const machine = await bench();
    await installGo(machine);
    const environment = { ...machine.environment, HOME: undefined, GO111MODULE: 'off' };
    const { path = '' } = await provide({ environment });
    await expect(access(path)).resolves.toBeUndefined();
  });

  test('that fails says where, and how go’s output ended', async () => {
    const machine = await bench();
    await installGo(machine);
    const folder = await temporaryFolder();
    await cp(join(fixtures, 'tiny'), join(folder, 'tiny'), { recursive: true });
    await writeFile(join(folder, 'tiny', 'main.go'), 'package main\n\nfunc main() { broken() }\n');
    const error = await provide(machine, { folder }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'build-failed', tools: ['etcd'] });
    expect((error as Error).message).toContain(`Building tiny 3.7.3 in ${join(folder, 'tiny')} failed`);
    expect((error as Error).message).toContain('undefined: broken');
    expect(await unfinished(machine)).toEqual([]);
  });

  test('whose tool calls itself something else is not kept', async () => {
    const machine = await bench();
    await installGo(machine);
    const recipe = { ...tinyRecipe, stamps: ['main.version=3.7.2'] };
    await expect(provide(machine, { recipe })).rejects.toThrow('is 3.7.2; wanted is 3.7.3');
    expect((await readdir(machine.cache)).filter((entry) => !entry.startsWith('lock'))).toEqual([]);
  });

  test('is done once when two processes need it', async () => {
    const machine = await bench();
    const { script, fifo, pids } = await halfWay();
    await installGo(machine, script);
    const first = start('provide-tiny', [fixtures], machine.environment);
    await first.saw(/^building tiny/);
    await pids();
    const second = start('provide-tiny', [fixtures], machine.environment);
    await second.saw(new RegExp(`^waiting for process ${first.pid} on .*, which builds tools`));
    await writeFile(fifo, 'go on\n');
    await expect(Promise.all([first.ended, second.ended])).resolves.toEqual([0, 0]);
    expect(second.output()).toContain('tiny 3.7.3 from the cache');
    expect(second.output()).not.toContain('building tiny');
    expect(await second.saw(/^path/)).toBe(await first.saw(/^path/));
    expect(await pids()).toHaveLength(1);
  });

  test('that is killed half-way takes go with it and leaves nothing a later run uses', async () => {
    const machine = await bench();
    const { script, pids } = await halfWay();
    await installGo(machine, script);
    const killed = start('provide-tiny', [fixtures], machine.environment);
    const [goPid = 0] = await pids();
    const [left = ''] = await unfinished(machine);
    await expect(readFile(join(machine.cache, left, 'tools', 'etcd'), 'utf8')).resolves.toBe('half\n');
    killed.kill('SIGKILL');
    await expect(killed.ended).resolves.toBe('SIGKILL');
    await expect.poll(() => processStarted(goPid)).toBeUndefined();
    await installGo(machine);
    const { path = '', lines } = await provide(machine);
    expect(lines).toContainEqual(expect.stringMatching(/^built tiny/));
    await expect(execa(path, [])).resolves.toMatchObject({ stdout: 'etcd Version: 3.7.3' });
    expect(await unfinished(machine)).toEqual([]);
  });

  test('that is aborted takes go with it and gives the lock back', async () => {
    const machine = await bench();
    const { script, pids } = await halfWay();
    await installGo(machine, script);
    const abort = new AbortController();
    const build = provide(machine, { signal: abort.signal });
    const [goPid = 0] = await pids();
    abort.abort(new Error('Ctrl-C'));
    await expect(build).rejects.toThrow('Ctrl-C');
    await expect(processStarted(goPid)).resolves.toBeUndefined();
    expect(await unfinished(machine)).toEqual([]);
    await installGo(machine);
    const { lines } = await provide(machine);
    expect(lines.filter((line) => line.startsWith('waiting'))).toEqual([]);
  });
});
