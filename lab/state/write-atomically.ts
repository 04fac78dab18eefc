import { rename, writeFile } from 'node:fs/promises';

/** Replaces a file as one step: readers see the old text or the new one, never a part. Mode 0600. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}
