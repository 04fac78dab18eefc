import { expect, it } from 'vitest';
import { parseObjects } from '../../../src/istio/release-1.4/parse-objects.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';

const HEAD = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

it('returns the objects in their order, and no empty documents', () => {
  const yaml = `# Resources for Base component\n---\n\n${HEAD}---\n${HEAD.replace('name: a', 'name: b')}---\n\n# Tracing component is disabled.\n`;
  expect(parseObjects(yaml, 'istioctl').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
});

it('reads lists that Go accepts without indentation', () => {
  const yaml = `${HEAD}rules:
  # For reading
  - apiGroups: [
    "a",
    "b"]
    verbs: ["get"]
  - apiGroups: [
    "c",
    ]
`;
  expect(parseObjects(yaml, 'istioctl')).toMatchObject([
    { rules: [{ apiGroups: ['a', 'b'], verbs: ['get'] }, { apiGroups: ['c'] }] },
  ]);
});

it('leaves texts as they are that look like such lists', () => {
  const text = '{\n  list: [\n  "a"\n  ]\n}';
  const yaml = `${HEAD}data:\n  json: |-\n${text.replaceAll(/^/gm, '    ')}\n`;
  expect(parseObjects(yaml, 'istioctl')).toMatchObject([{ data: { json: text } }]);
});

it.each([
  ['no YAML', '{', 'what helm rendered is not YAML'],
  ['a text', 'a text', 'helm rendered something that is not a Kubernetes object'],
  [
    'no name',
    'apiVersion: v1\nkind: X\nmetadata: {}',
    'helm rendered something that is not a Kubernetes object',
  ],
])('refuses %s', async (_, yaml, message) => {
  const parsing = Promise.resolve().then(() => parseObjects(yaml, 'helm'));
  expect(await failureOf(parsing)).toMatchObject({ code: 'render-failed', message });
});
