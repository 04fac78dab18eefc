import type { PlanView } from '../../temporal/reading/plan-view.js';

const STEPS = { resolve: 'reading the document', validate: 'checking', plan: 'planning' } as const;

/** How far a plan is, in one line; clusters are counted as they are done. */
export function renderPlanProgress({ worker, progress }: PlanView): string {
  if (worker === 'failing') return 'The plan fails in the worker: look into its log.';
  if (worker === 'none' || progress === undefined) return 'No worker answers yet.';
  const { step, done, total } = progress;
  return step === 'resolve' ? STEPS[step] : `${STEPS[step]}: ${done} of ${total} clusters`;
}
