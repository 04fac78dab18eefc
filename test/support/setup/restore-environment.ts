import { afterAll, vi } from 'vitest';

/** Set-up of the project `lab`: files share a process, and what one has set in its environment is not for the next. */
afterAll(() => {
  vi.unstubAllEnvs();
});
