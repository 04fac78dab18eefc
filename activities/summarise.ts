import type { StepResult } from '../src/rollout/step-results.js';

const MAX_LENGTH = 200;

/**
 * The result of a step.
 *
 * @param objects how many it looked after
 * @param changed how many of them it created or changed, the pruned ones included
 * @param fact what is true now, in a few words
 * @param pruned how many superfluous objects it deleted
 */
export function summarise(objects: number, changed: number, fact: string, pruned = 0): StepResult {
  const of = changed === 0 ? 'nothing changed' : `${changed} of ${objects} objects changed`;
  const deleted = pruned === 0 ? '' : `, ${pruned} superfluous deleted`;
  const summary = `${fact}; ${of}${deleted}`;
  return {
    objects,
    changed,
    summary: summary.length > MAX_LENGTH ? `${summary.slice(0, MAX_LENGTH - 1)}…` : summary,
  };
}
