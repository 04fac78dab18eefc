import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { inPrivateFolder } from '../../../base/processes/private-folder.js';
import { runInGroup } from '../../../base/processes/run-in-group.js';
import { cut } from '../../../base/text/cut.js';
import { redact } from '../../../base/text/redact.js';
import { compareMinors } from '../../../kubernetes/facts/server-version.js';
import { RolloutError } from '../../../rollout/rollout-error.js';

/** Below, there is no `kubectl version --client -o json` as it is used here; above, `--force` excludes `--prune`. */
const OLDEST = '1.15';
const NEWEST = '1.26';

/**
 * Makes sure that a kubectl works beside istioctl 1.4, which calls `kubectl apply --force --prune`: kubectl refuses the two
 * together since 1.27.
 *
 * @param path of the program
 * @param folder in which it may write
 * @returns its version, e.g. `v1.15.12`
 * @throws RolloutError `tool-version-differs` when there is no kubectl, or its version does not fit
 */
export async function requireKubectl(path: string, folder: string, signal?: AbortSignal): Promise<string> {
  const { status, stdout, stderr } = await runInGroup({
    command: path,
    args: ['version', '--client', '-o', 'json'],
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    cwd: folder,
    graceSeconds: 1,
    signal,
  });
  if (status !== 0) {
    const words = cut(redact(stderr.trim().replaceAll(/\s+/g, ' ')), 300);
    throw unfit(`the kubectl at ${path} cannot be run (status ${status}): ${words}`);
  }
  const version = /"gitVersion":\s*"(v(\d+\.\d+)[^"]*)"/.exec(stdout);
  const [, whole = '', minor = ''] = version ?? [];
  if (version === null) throw unfit(`the kubectl at ${path} does not report its version`);
  if (compareMinors(minor, OLDEST) < 0 || compareMinors(minor, NEWEST) > 0) {
    throw unfit(`the kubectl at ${path} is ${whole}; istioctl 1.4 works with ${OLDEST} to ${NEWEST}`);
  }
  return whole;
}

/** Returns the version of a kubectl for the log of the worker, or why it does not fit. */
export async function describeKubectl(program: string): Promise<string> {
  const path = await findProgram(program);
  try {
    return await inPrivateFolder((folder) => requireKubectl(path, folder));
  } catch (error) {
    if (error instanceof RolloutError) return error.message;
    throw error;
  }
}

/**
 * Returns the absolute path of a program that is named by a path, or by its name on the PATH of the worker. A program that
 * does not exist is found where it would be: whoever runs it reports that.
 */
export async function findProgram(program: string): Promise<string> {
  if (program.includes('/')) return resolve(program);
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    const isRunnable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isRunnable) return resolve(path);
  }
  return resolve('/', program);
}

function unfit(message: string): RolloutError {
  return new RolloutError('tool-version-differs', message, {
    action: `Give the workers a kubectl of ${OLDEST} to ${NEWEST}; the step is retried meanwhile.`,
  });
}
