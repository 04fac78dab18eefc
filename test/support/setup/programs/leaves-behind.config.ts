import { defineConfig } from 'vitest/config';

/** A run of one test that leaves a process and a file. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['leaves-behind.ts'],
    globalSetup: ['impatient-setup.ts'],
    pool: 'forks',
  },
});
