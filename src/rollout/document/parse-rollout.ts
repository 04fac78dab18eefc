import type { LabelledCluster } from '../../base/selectors.js';
import type { Readable } from '../../base/text/readable.js';
import { tidyProblems } from '../problems/problem-order.js';
import type { Parsed } from '../problems/problems.js';
import { checkSchema } from '../problems/schema-problems.js';
import { resolveClusters, resolvedRollout } from '../resolve/resolve.js';
import type { ResolvedRollout } from '../resolve/resolved.js';
import { LARGEST_DOCUMENT, RolloutDocument } from './document.js';
import { documentProblems } from './document-rules.js';
import { valuesProblems } from './document-values.js';
import { plainData } from './plain-data.js';

/**
 * Makes a document binding: schema, rules, credentials, selectors, waves and defaults. The one way in, for the API, the
 * CLI and the activity `resolve`.
 *
 * @param document parsed YAML or JSON, not looked at yet; it is not changed
 * @param inventory names and labels are enough
 * @returns the resolved document, or every problem at once
 */
export function parseRollout(
  document: unknown,
  inventory: { readonly clusters: readonly LabelledCluster[] },
): Parsed<ResolvedRollout> {
  const data = plainData(document, LARGEST_DOCUMENT);
  if (!data.ok) return data;
  const inValues = valuesProblems(data.value);
  const checked = checkSchema(RolloutDocument, data.value);
  const readable = checked.ok ? (checked.value as Readable<RolloutDocument>) : checked.readable;
  const resolution = resolveClusters(readable, inventory.clusters);
  const problems = tidyProblems(
    [
      ...(checked.ok ? [] : checked.problems),
      ...documentProblems(readable),
      ...inValues,
      ...resolution.problems,
    ],
    Object.keys(RolloutDocument.shape),
  );
  if (!checked.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: resolvedRollout(checked.value, resolution) };
}
