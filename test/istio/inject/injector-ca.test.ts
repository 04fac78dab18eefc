import { expect, it } from 'vitest';
import { checkInjectorCA } from '../../../src/istio/inject/injector-webhook.js';
import { clientOf, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const never = new AbortController().signal;
const MESH_ROOT = 'the root of the mesh\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** An injector whose webhooks have these CAs; undefined for none. */
function injector(name: string, ...roots: (string | undefined)[]) {
  const webhooks = roots.map((root, index) => ({
    name: `webhook-${index}`,
    clientConfig: root === undefined ? {} : { caBundle: base64(root) },
  }));
  return { metadata: { name }, webhooks };
}

async function check(...items: object[]) {
  const server = await startStubApiServer(() => ({ items }));
  return await checkInjectorCA(await clientOf(server.url), 'default', MESH_ROOT, never);
}

it('accepts injectors of which every webhook has the CA of the mesh, however the text ends', async () => {
  const found = await check(injector('own', MESH_ROOT, MESH_ROOT.trim()), injector('tag', MESH_ROOT));
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['own', 'tag']);
});

it.each([
  ['there is no injector', [], 'there is no injector webhook of revision default'],
  ['it has no webhook', [injector('own')], 'own has no CA yet'],
  ['no webhook has a CA', [injector('own', undefined, undefined)], 'own has no CA yet'],
  ['one of its webhooks has none', [injector('own', MESH_ROOT, undefined)], 'own has no CA yet'],
  ['the CA is empty', [injector('own', '')], 'own has no CA yet'],
  ['one has the CA of another mesh', [injector('own', MESH_ROOT, 'other')], 'own has the CA of another mesh'],
  [
    'only the injector of a tag has none',
    [injector('own', MESH_ROOT), injector('tag', undefined)],
    'tag has no CA yet',
  ],
])('proves nothing where %s', async (_, injectors, words) => {
  await expect(check(...injectors)).rejects.toMatchObject({
    code: 'webhook-ca-missing',
    transient: true,
    cluster: 'eu-1',
    message: expect.stringContaining(words),
  });
});
