import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/client/objects.js';
import { isUnchangedBy } from '../../../src/kubernetes/client/unchanged-by.js';

type Loose = Record<string, unknown> & { metadata: Record<string, unknown> };

/** What a manager applies. */
const own = () => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'istiod', namespace: 'istio-system', labels: { app: 'istiod' }, finalizers: ['a'] },
  spec: { selector: { app: 'istiod' }, ports: [{ name: 'https', port: 443, protocol: 'TCP' }] },
});
const FIELDS = {
  'f:metadata': { 'f:labels': { 'f:app': {} }, 'f:finalizers': { '.': {}, 'v:"a"': {} } },
  'f:spec': {
    // Owned as a whole.
    'f:selector': {},
    'f:ports': {
      'k:{"port":443,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {} },
    },
  },
};
const ENTRY = {
  manager: 'ours',
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: FIELDS,
};

/** What the API server has then, with what others have added. */
const live = () => ({
  ...own(),
  metadata: {
    ...own().metadata,
    uid: 'u-1',
    labels: { app: 'istiod', theirs: 'x' },
    finalizers: ['b', 'a'],
    managedFields: [{ manager: 'theirs', operation: 'Update', apiVersion: 'v1', fieldsV1: {} }, ENTRY],
  },
  spec: {
    clusterIP: '10.0.0.1',
    selector: { app: 'istiod' },
    ports: [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'https', port: 443, protocol: 'TCP', targetPort: 443 },
    ],
  },
});

/** A copy with one thing otherwise. */
function otherwise(object: object, change: (copy: Loose) => unknown): KubernetesObject {
  const copy = structuredClone(object) as Loose;
  change(copy);
  return copy as unknown as KubernetesObject;
}
const same = (object: object) => otherwise(object, () => {});
const at = (object: unknown, ...path: string[]) =>
  path.reduce((found, name) => (found as Record<string, unknown>)[name], object) as Record<string, unknown>;

test('what a manager has applied, with what others have added to it, is unchanged', () => {
  expect(isUnchangedBy(same(live()), same(own()), 'ours')).toBe(true);
});

test.each<[string, (copy: Loose) => unknown]>([
  ['has another label', (copy) => Object.assign(at(copy, 'metadata', 'labels'), { app: 'other' })],
  ['has one more label', (copy) => Object.assign(at(copy, 'metadata', 'labels'), { more: 'x' })],
  ['has lost a label', (copy) => delete at(copy, 'metadata').labels],
  ['has one more field', (copy) => Object.assign(at(copy, 'spec'), { type: 'ClusterIP' })],
  [
    'has another value in what is owned as a whole',
    (copy) => Object.assign(at(copy, 'spec', 'selector'), { x: 'y' }),
  ],
  ['has another port', (copy) => Object.assign(at(copy, 'spec', 'ports', '0'), { port: 444 })],
  ['names the port otherwise', (copy) => Object.assign(at(copy, 'spec', 'ports', '0'), { name: 'x' })],
  ['has one more port', (copy) => (at(copy, 'spec', 'ports') as unknown as object[]).push({ port: 1 })],
  ['has another finalizer', (copy) => Object.assign(at(copy, 'metadata', 'finalizers'), ['b'])],
  ['is of another API version', (copy) => Object.assign(copy, { apiVersion: 'v2' })],
])('an apply is needed when what is to be applied %s', (_, change) => {
  expect(isUnchangedBy(same(live()), otherwise(own(), change), 'ours')).toBe(false);
});

test.each<[string, (copy: Loose) => unknown]>([
  ['has another label', (copy) => Object.assign(at(copy, 'metadata', 'labels'), { app: 'other' })],
  ['has lost a label', (copy) => delete at(copy, 'metadata', 'labels').app],
  [
    'has another value in what is owned as a whole',
    (copy) => Object.assign(at(copy, 'spec', 'selector'), { x: 'y' }),
  ],
  ['has lost the port', (copy) => (at(copy, 'spec', 'ports') as unknown as object[]).pop()],
  ['names the port otherwise', (copy) => Object.assign(at(copy, 'spec', 'ports', '1'), { name: 'x' })],
  ['has lost the finalizer', (copy) => Object.assign(copy.metadata, { finalizers: ['b'] })],
  ['was read as metadata only', (copy) => delete copy.spec],
  ['has no record of managers', (copy) => delete copy.metadata.managedFields],
])('an apply is needed when the live object %s', (_, change) => {
  expect(isUnchangedBy(otherwise(live(), change), same(own()), 'ours')).toBe(false);
});

test.each<[string, object]>([
  ['is another one', { manager: 'theirs' }],
  ['did not apply, but update', { operation: 'Update' }],
  ['applied in another API version', { apiVersion: 'v1beta1' }],
  ['applied a subresource', { subresource: 'status' }],
  ['owns a field that is not to be applied any more', { fieldsV1: { ...FIELDS, 'f:data': { 'f:x': {} } } }],
  ['owns an item by its index', { fieldsV1: { ...FIELDS, 'f:spec': { 'f:ports': { 'i:0': {} } } } }],
])('an apply is needed when the manager %s', (_, change) => {
  const managed = otherwise(live(), (copy) => {
    copy.metadata.managedFields = [{ ...ENTRY, ...change }];
  });
  expect(isUnchangedBy(managed, same(own()), 'ours')).toBe(false);
});
