import { defineConfig } from 'vitest/config';

/** A run of one test that needs its second try, and gets it. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['second-try.ts'],
    reporters: ['default', '../setup/skipped-and-retried.ts'],
    retry: 1,
  },
});
