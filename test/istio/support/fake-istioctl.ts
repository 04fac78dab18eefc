import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Istioctl } from '../../../src/istio/installers/istioctl/istioctl.js';

/** An istioctl whose `manifest generate` runs a shell script; it counts its renderings. */
export interface FakeIstioctl {
  readonly istioctl: Istioctl;
  readonly path: string;
  /** How often `manifest generate` was called. */
  renderings(): Promise<number>;
  /** What it read on its standard input, the last time. */
  input(): Promise<unknown>;
}

/**
 * Writes a program that behaves like istioctl 1.31.0 and renders by a shell script.
 *
 * @param render what `manifest generate` runs; its standard output is the rendering
 */
export async function fakeIstioctl(render: string): Promise<FakeIstioctl> {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-istioctl-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'istioctl');
  const calls = join(folder, 'calls');
  const input = join(folder, 'input');
  const script = `#!/bin/sh
case "$1" in
version) echo '{"clientVersion": {"version": "1.31.0", "tag": "unknown"}}' ;;
manifest) echo call >>${calls}; cat >${input}; ${render} ;;
esac
`;
  await writeFile(calls, '');
  await writeFile(path, script);
  await chmod(path, 0o755);
  return {
    istioctl: new Istioctl(path),
    path,
    renderings: async () => (await readFile(calls, 'utf8')).split('\n').length - 1,
    input: async () => JSON.parse(await readFile(input, 'utf8')),
  };
}

/** A shell command that prints a manifest. */
export function print(yaml: string): string {
  return `cat <<'EOF'\n${yaml}\nEOF\n`;
}
