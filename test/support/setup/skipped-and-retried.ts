import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/**
 * Reporter: names, at the end of a run, each test that was skipped, with its reason, and each that passed only in a second
 * try, which fails the run. The default reporter counts the former, takes the latter for passed, and names neither.
 */
export default class SkippedAndRetried implements Reporter {
  #isFiltered = false;

  onInit({ config }: Vitest): void {
    this.#isFiltered = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    for (const test of tests) {
      const result = test.result();
      // With --testNamePattern all others are skipped, and nobody wants to read that.
      const isTold = result.state === 'skipped' && (result.note !== undefined || !this.#isFiltered);
      if (isTold) tell(test, `skipped: ${result.note ?? 'no reason given'}`);
      if (test.diagnostic()?.flaky) {
        tell(test, 'passed in its second try only: the run has failed');
        process.exitCode = 1;
      }
    }
  }
}

function tell(test: TestCase, what: string): void {
  console.log(`${test.module.relativeModuleId} > ${test.fullName}: ${what}`);
}
