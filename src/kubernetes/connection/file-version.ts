import { statSync } from 'node:fs';

/** Changes when the file's content may have; a file that cannot be looked at has the version ''. */
export function fileVersion(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    // The inode too: mounted Secrets and careful editors put a new file in the place of the old one.
    return `${ino}-${mtimeMs}-${size}`;
  } catch {
    return '';
  }
}
