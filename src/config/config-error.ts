/** One thing that is wrong with the environment. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
  readonly action: string;
}

/** Thrown at start when the environment cannot be used; its message names every problem, one a line. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, message, action }) => `${variable} ${message}. ${action}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
