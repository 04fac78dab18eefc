import { statSync } from 'node:fs';

/** Returns a version that changes when the content of the file may have changed, or '' if the file cannot be read. */
export function fileVersion(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    // The inode is included: mounted Secrets and careful editors replace the file.
    return `${ino}-${mtimeMs}-${size}`;
  } catch {
    return '';
  }
}
