import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { packageVersion } from '../../base/package-version.js';

const DIGITS = 12;
/** The end of a bundle. The source map contains paths of the machine that built the bundle. */
const SOURCE_MAP = '//# sourceMappingURL=';

/**
 * Returns the Worker Deployment Version of a worker. Its build ID is the package's version and a hash of the workflow
 * bundle, such as `0.1.0-3f2a9c1b77d0`. Workers with equal workflow code have the same version, wherever they were
 * built, and share their work. A change to activities alone makes no new version, so that a fix there reaches running
 * rollouts.
 *
 * @param deploymentName the name of the Worker Deployment
 * @param bundle the path of the workflow bundle
 * @throws Error when the bundle cannot be read
 */
export async function workerVersion(
  deploymentName: string,
  bundle: string,
): Promise<WorkerDeploymentVersion> {
  const [code = ''] = (await readFile(bundle, 'utf8')).split(SOURCE_MAP, 1);
  const hash = createHash('sha256').update(code).digest('hex').slice(0, DIGITS);
  return { deploymentName, buildId: `${await packageVersion()}-${hash}` };
}
