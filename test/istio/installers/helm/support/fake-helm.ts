import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Helm } from '../../../../../src/istio/installers/helm/tool/helm.js';

/** What a fake Helm was called with. */
export interface HelmCall {
  readonly args: readonly string[];
  readonly env: string;
  /** The texts of the files in its home, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Their modes, as `-rw-------`. */
  readonly modes: string;
}

export interface FakeHelm {
  readonly helm: Helm;
  /** Where the script may leave files. */
  readonly folder: string;
  /** Every call but those for the version, in their order. */
  calls(): Promise<HelmCall[]>;
}

/**
 * Writes a program that takes Helm's arguments and runs a shell script for a verb.
 *
 * @param scripts by verb, such as `upgrade`; one that is not named prints nothing
 */
export async function fakeHelm(scripts: Record<string, string> = {}): Promise<FakeHelm> {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-fake-helm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'helm');
  const cases = Object.entries({ version: 'printf v3.22.0', ...scripts }).map(
    ([verb, script]) => `${verb}) ${script} ;;`,
  );
  const script = `#!/bin/sh
verb=$1
if [ "$verb" != version ]; then
  n=0
  until mkdir "${folder}/calls-$n" 2>/dev/null; do n=$((n + 1)); done
  call=${folder}/calls-$n
  for arg in "$@"; do printf '%s\\n' "$arg"; done >"$call/args"
  env >"$call/env"
  ls -l "$HOME" >"$call/modes"
  mkdir "$call/files"
  for file in "$HOME"/*; do [ -f "$file" ] && cp "$file" "$call/files"; done
fi
case "$verb" in
${cases.join('\n')}
esac
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return { helm: new Helm(path), folder, calls: () => readCalls(folder) };
}

/** A shell command that prints a text. */
export function print(text: string): string {
  return `cat <<'EOF'\n${text}\nEOF\n`;
}

async function readCalls(folder: string): Promise<HelmCall[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('calls-')).sort();
  return Promise.all(
    names.map(async (name) => {
      const read = (file: string) => readFile(join(folder, name, file), 'utf8');
      const files = await readdir(join(folder, name, 'files'));
      const texts = await Promise.all(
        files.map(async (file) => [file, await read(join('files', file))] as const),
      );
      return {
        args: (await read('args')).trimEnd().split('\n'),
        env: await read('env'),
        modes: await read('modes'),
        files: Object.fromEntries(texts),
      };
    }),
  );
}
