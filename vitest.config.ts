import { defineConfig } from 'vitest/config';

/** A proxy of the machine's is for the registries; gRPC would ask it for the lab's Temporal too. */
const env = { no_grpc_proxy: '127.0.0.1,localhost' };

/**
 * `unit` needs nothing but Node. `lab` runs in two processes, each with a lab of real clusters that its files share; tests
 * take fresh clusters. Most of their time is spent waiting for real controllers, so two fill two cores.
 */
export default defineConfig({
  test: {
    reporters: [
      'default',
      ['json', { outputFile: 'test-results.json' }],
      './test/support/skipped-and-retried.ts',
    ],
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.lab.test.ts'],
          // Loading the SDKs anew for each file would cost two thirds of the time; no unit test leaves anything behind.
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
          include: ['test/**/*.lab.test.ts'],
          setupFiles: [
            'test/support/provide-tools.ts',
            'test/support/quiet-temporal.ts',
            'test/support/remove-clusters.ts',
            'test/support/restore-environment.ts',
            'test/support/replay-product-histories.ts',
          ],
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
          // Two labs on two cores: the reporter tells of a test that needed its second try, and that is a case to mend.
          retry: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
