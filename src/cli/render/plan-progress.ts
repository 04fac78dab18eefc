import type { PlanView } from '../../temporal/reading/plan-view.js';

const STEPS = { resolve: 'reading the document', validate: 'checking', plan: 'planning' } as const;

/** Returns the progress of a plan in one line, with the number of clusters that are done. */
export function renderPlanProgress({ worker, progress }: PlanView): string {
  if (worker === 'failing') return 'The plan fails in the worker: check its log.';
  if (worker === 'none' || progress === undefined) return 'No worker answers yet.';
  const { step, done, total } = progress;
  return step === 'resolve' ? STEPS[step] : `${STEPS[step]}: ${done} of ${total} clusters`;
}
