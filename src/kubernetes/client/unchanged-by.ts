import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../../base/is-map.js';
import { appliedBy } from './managed-fields.js';
import type { KubernetesObject } from './objects.js';

/**
 * A set of fields as the API server stores it: `f:<name>`, `k:<keys of a list's item>`, `v:<item of a set>`, `.`
 * itself.
 */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns whether a server-side apply of an object by a manager would change nothing. That is the case if, according
 * to the API server's record, the manager has applied exactly these fields in this API version, and the live object
 * has their values. Fields of other managers do not matter, because an apply does not touch them. Returns false when
 * this is unknown, for example because only metadata was read.
 * (kubernetes.io/docs/reference/using-api/server-side-apply; FieldsV1 in k8s.io/apimachinery 0.34, meta/v1/types.go)
 *
 * @param live the complete object from the API server
 */
export function isUnchangedBy(
  live: KubernetesObject,
  object: KubernetesObject,
  fieldManager: string,
): boolean {
  const applied = appliedBy(live.metadata, fieldManager);
  const [entry] = applied;
  if (entry === undefined || applied.length > 1 || entry.apiVersion !== object.apiVersion) return false;
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object;
  const { name: _name, namespace: _namespace, ...ownMetadata } = metadata;
  // No set of fields contains the identity of the object.
  const own = Object.keys(ownMetadata).length === 0 ? rest : { ...rest, metadata: ownMetadata };
  return holds(entry.fieldsV1 ?? {}, own, live);
}

/** Returns whether these fields are exactly those of `own`, and have the same values in `live`. */
function holds(fields: unknown, own: unknown, live: unknown): boolean {
  if (!isMap(fields)) return false;
  const keys = Object.keys(fields).filter((key) => key !== '.');
  // A leaf, or a list or map that is owned as a whole.
  if (keys.length === 0) return isDeepStrictEqual(own, live);
  if (keys.every((key) => key.startsWith('f:'))) return holdsFields(fields, keys, own, live);
  if (keys.every((key) => key.startsWith('k:'))) return holdsItems(fields, keys, own, live);
  return keys.every((key) => key.startsWith('v:')) && holdsValues(keys, own, live);
}

function holdsFields(fields: Fields, keys: readonly string[], own: unknown, live: unknown): boolean {
  if (!isMap(own) || !isMap(live) || Object.keys(own).length !== keys.length) return false;
  return keys.every((key) => {
    const name = key.slice(2);
    return name in own && holds(fields[key], own[name], live[name]);
  });
}

/** Compares the items of a list by their keys, such as `{"containerPort":15012,"protocol":"TCP"}`. */
function holdsItems(fields: Fields, keys: readonly string[], own: unknown, live: unknown): boolean {
  if (!Array.isArray(own) || !Array.isArray(live) || own.length !== keys.length) return false;
  return keys.every((key) => {
    const wanted = valueIn(key);
    if (!isMap(wanted)) return false;
    const isIt = (item: unknown) =>
      isMap(item) && Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(item[name], value));
    const [ownItem, liveItem] = [own.find(isIt), live.find(isIt)];
    return ownItem !== undefined && holds(fields[key], ownItem, liveItem);
  });
}

function holdsValues(keys: readonly string[], own: unknown, live: unknown): boolean {
  if (!Array.isArray(own) || !Array.isArray(live) || own.length !== keys.length) return false;
  return keys.every((key) => {
    const value = valueIn(key);
    const isIt = (item: unknown) => isDeepStrictEqual(item, value);
    return own.some(isIt) && live.some(isIt);
  });
}

/** Returns the JSON in a key such as `v:"istio"`, or undefined if there is none. */
function valueIn(key: string): unknown {
  try {
    return JSON.parse(key.slice(2));
  } catch {
    return undefined;
  }
}
