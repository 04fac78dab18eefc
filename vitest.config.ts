import { defineConfig } from 'vitest/config';

/** A proxy of the machine's is for the registries; gRPC would ask it for the lab's Temporal too. */
const env = { no_grpc_proxy: '127.0.0.1,localhost' };

/** The time of one look; a machine that is busy with two labs needs more than a second for some. */
const expectations = { poll: { timeout: 20_000 } };

/**
 * `unit` needs nothing but Node. `lab` runs in two processes, each with a lab of real clusters that its files share; tests
 * take fresh clusters. Most of their time is spent waiting for real controllers, so two fill two cores.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/setup/nothing-left-behind.ts'],
    teardownTimeout: 60_000,
    reporters: [
      'default',
      ['json', { outputFile: 'test-results.json' }],
      './test/support/setup/skipped-and-retried.ts',
    ],
    projects: [
      {
        test: {
          name: 'unit',
          env,
          expect: expectations,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.lab.test.ts'],
          setupFiles: ['test/support/setup/nothing-left-open.ts'],
          // Loading the SDKs again for each file would cost two thirds of the time; no unit test leaves anything open.
          isolate: false,
          // Many of them wait for timers and processes.
          maxWorkers: 4,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          env,
          expect: expectations,
          include: ['test/**/*.lab.test.ts'],
          setupFiles: [
            'test/support/setup/provide-tools.ts',
            'test/support/setup/quiet-temporal.ts',
            'test/support/setup/remove-clusters.ts',
            'test/support/setup/restore-environment.ts',
            'test/support/setup/replay-product-histories.ts',
          ],
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
