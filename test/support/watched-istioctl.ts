import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SEPARATOR = '\x1f';

let calls: string | undefined;

/**
 * Returns the path of a program that notes its arguments and becomes istioctl 1.4: what the worker calls in its place.
 *
 * @param folder for the program and its notes
 * @param istioctl absolute path of the real one
 */
export async function watchedIstioctl(folder: string, istioctl: string): Promise<string> {
  calls = join(folder, 'istioctl-1.4-calls');
  await mkdir(calls, { recursive: true });
  const path = join(folder, 'istioctl-1.4');
  const note = `printf '%s\\037' "$@" >"${calls}/$(date +%s%N)-$$"`;
  await writeFile(path, `#!/bin/sh\n${note}\nexec "${istioctl}" "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** Returns the arguments of each call of istioctl 1.4 so far that applied something, in their order. */
export async function appliesOfIstioctl(): Promise<string[][]> {
  const folder = calls ?? '';
  const names = (await readdir(folder)).sort();
  const all = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return all
    .map((text) => text.split(SEPARATOR).slice(0, -1))
    .filter(([first, second]) => first === 'manifest' && second === 'apply');
}

/** Forgets all calls. */
export async function forgetCalls(): Promise<void> {
  const folder = calls ?? '';
  await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name))));
}
