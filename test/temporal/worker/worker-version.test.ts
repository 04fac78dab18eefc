import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerVersion } from '../../../src/temporal/worker/worker-version.js';

describe('workerVersion', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-version-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function buildId(bundle: string): Promise<string> {
    const path = join(directory, 'bundle.js');
    await writeFile(path, bundle);
    return (await workerVersion('mesh', path)).buildId;
  }

  it('is the same for equal code that was built elsewhere, and another for other code', async () => {
    const here = await buildId('code();\n//# sourceMappingURL=data:,/builds/1');
    expect(here).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    expect(await buildId('code();\n//# sourceMappingURL=data:,/builds/2')).toBe(here);
    expect(await buildId('more();\n//# sourceMappingURL=data:,/builds/1')).not.toBe(here);
  });
});
