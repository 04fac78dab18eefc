import { listNames } from '../../base/text/wording.js';
import { describeObject, type ObjectReference } from '../../kubernetes/client/objects.js';
import type { StepResult } from '../../rollout/progress/step-results.js';

const MAX_LENGTH = 200;
/** How many of the deleted objects the one line names; the result itself names more. */
const NAMED_IN_SUMMARY = 2;
const MAX_PRUNED = 20;

/**
 * The result of a step.
 *
 * @param objects how many it looked after
 * @param changed how many of them it created or changed, the pruned ones included
 * @param fact what is true now, in a few words
 * @param pruned the superfluous objects that it deleted
 */
export function summarise(
  objects: number,
  changed: number,
  fact: string,
  pruned: readonly ObjectReference[] = [],
): StepResult {
  const names = pruned.map((object) => describeObject(object));
  const of = changed === 0 ? 'nothing changed' : `${changed} of ${objects} objects changed`;
  const deleted =
    names.length === 0 ? '' : `, ${names.length} superfluous deleted: ${listNames(names, NAMED_IN_SUMMARY)}`;
  const summary = `${fact}; ${of}${deleted}`;
  return {
    objects,
    changed,
    summary: summary.length > MAX_LENGTH ? `${summary.slice(0, MAX_LENGTH - 1)}…` : summary,
    ...(names.length > 0 && { pruned: names.slice(0, MAX_PRUNED) }),
  };
}
