import swagger from '@fastify/swagger';
import { fastify } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { RolloutDocument } from '../../../src/rollout/document/document.js';
import { RELEASES } from '../../../src/rollout/releases.js';
import { goodDocuments } from '../../support/bad-documents.js';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

const schema = z.toJSONSchema(RolloutDocument, { io: 'input' }) as Schema;

/** Every field with its path, through maps and lists. */
function fieldsOf(at: Schema, path: string): [string, Schema][] {
  return Object.entries(at.properties ?? {}).flatMap(([name, field]) => [
    [`${path}${name}`, field] as [string, Schema],
    ...fieldsOf(field.items ?? field, `${path}${name}.`),
  ]);
}

test.each(fieldsOf(schema, ''))('the field %s is described, with an example', (_, field) => {
  expect(field.description).toMatch(/^\S.+\. Example: \S/);
});

test('every map of fields refuses others in OpenAPI too', () => {
  const maps = [schema, ...fieldsOf(schema, '').map(([, field]) => field.items ?? field)].filter(
    (at) => at.properties,
  );
  expect(maps).toHaveLength(6);
  for (const map of maps) expect(map.additionalProperties).toBe(false);
});

test('only what has no default is required', () => {
  expect(schema.required).toEqual(['mesh', 'release', 'primary', 'remotes']);
});

test('releases and installers of OpenAPI are those that are known', () => {
  expect(schema.properties?.release).toMatchObject({ enum: Object.keys(RELEASES) });
  expect(schema.properties?.installer).toMatchObject({ enum: ['istioctl', 'helm'] });
});

test('parsing what was parsed changes nothing', () => {
  for (const { document } of goodDocuments()) {
    const once = RolloutDocument.parse(document);
    expect(RolloutDocument.parse(once)).toEqual(once);
  }
});

test('OpenAPI can be made of it', async () => {
  const app = fastify().setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'test', version: '1' } },
    transform: jsonSchemaTransform,
  });
  app.post('/rollouts', { schema: { body: RolloutDocument } }, async () => '');
  await app.ready();
  expect(JSON.stringify(app.swagger())).toContain('one rollout of a mesh at a time');
  await app.close();
});
