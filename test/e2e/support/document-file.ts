import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes a document to a file that is gone when the test is over; JSON is YAML too. */
export async function documentFile(document: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'document-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  const file = join(folder, 'rollout.yaml');
  await writeFile(file, JSON.stringify(document));
  return file;
}
