import type { Problem } from '../problems/problems.js';
import type { Values } from '../resolve/resolved.js';
import { credentialProblems } from './credentials.js';
import { reservedValueProblems } from './reserved-values.js';
import { unprovableValueProblems } from './unprovable-values.js';

/**
 * Every problem in the Istio values of a document: for the mesh, the primary and each remote.
 *
 * @param document plain JSON data, valid or not: a credential must be found in a bad document too
 */
export function valuesProblems(document: unknown): Problem[] {
  const remotes = at(document, ['remotes']);
  const ofRemotes = Array.isArray(remotes) ? remotes.map((_, index) => ['remotes', index, 'values']) : [];
  return [['values'], ['primary', 'values'], ...ofRemotes].flatMap((path) => {
    const values = at(document, path);
    if (typeof values !== 'object' || values === null) return [];
    return [
      ...reservedValueProblems(values as Values, path),
      ...(path[0] === 'remotes' ? [] : unprovableValueProblems(values as Values, path)),
      ...credentialProblems(values, path),
    ];
  });
}

function at(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    data,
  );
}
