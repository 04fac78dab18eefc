import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRollout } from '../../src/rollout/document/parse-rollout.js';
import { badDocuments, goodDocuments, testInventory } from '../support/bad-documents.js';
import { type FakeApi, fakeApi } from './support/api.js';

describe('documents at the edge', () => {
  let api: FakeApi;
  beforeAll(async () => {
    const inventory = testInventory();
    api = await fakeApi({ parseDocument: async (document) => parseRollout(document, inventory) });
  });
  afterAll(() => api.app.close());

  const post = (type: string, payload: string) =>
    api.app.inject({ method: 'POST', url: '/v1/rollouts', headers: { 'content-type': type }, payload });

  it.each(badDocuments())(
    '$name is refused with every problem, as JSON and as YAML',
    async ({ text, document, problems }) => {
      const answers = [
        await post('application/json', JSON.stringify(document)),
        await post('application/yaml', text),
      ];
      for (const answer of answers) {
        expect(answer.statusCode).toBe(400);
        const body = answer.json();
        expect(body.code).toBe('document-invalid');
        expect(body.problems.map(({ path }: { path: string }) => path)).toEqual(
          problems.map(({ path }) => path),
        );
      }
      expect(api.calls).toEqual([]);
    },
  );

  it.each(goodDocuments())('$name is taken', async ({ text }) => {
    expect((await post('application/yaml', text)).statusCode).toBe(201);
    api.calls.length = 0;
  });
});
