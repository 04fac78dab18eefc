import { afterAll, beforeAll, expect, vi } from 'vitest';

/** Servers that listen and children that run, in this process. */
const open = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /ServerWrap$|^ProcessWrap$/.test(kind))
    .sort();

/**
 * Set-up of the project `unit`, in which several files share a process: a file fails when a server of its own still listens
 * at its end, or a child still runs.
 */
let before: string[] = [];
beforeAll(() => {
  before = open();
});
afterAll(async () => {
  // What was closed last is gone a moment later.
  await vi.waitFor(() => expect(open()).toEqual(before), { timeout: 5_000 });
});
