import { open } from 'node:fs/promises';

/** Last lines (at most 20, at most 4 KiB) of a log file; empty when there is none. */
export async function logTail(file: string): Promise<string> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file);
  } catch {
    return '';
  }
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, 4096);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-20).join('\n');
  } finally {
    await handle.close();
  }
}
