import { describe, expect, test } from 'vitest';
import { parseRollout } from '../../../src/rollout/document/parse-rollout.js';
import { badDocuments, testInventory } from '../../support/bad-documents.js';

const inventory = testInventory();
const documents = badDocuments();

describe('a bad document is refused with every problem, and no other', () => {
  test.each(documents)('$name', ({ document, problems }) => {
    const parsed = parseRollout(document, inventory);

    if (parsed.ok) expect.unreachable('the document was taken');
    expect(parsed.problems.map(({ path }) => path)).toEqual(problems.map(({ path }) => path));
    parsed.problems.forEach((problem, index) => {
      expect(problem.message).toContain(problems[index]?.message);
    });
  });
});

test('there are enough bad documents, and each says what is wrong with it', () => {
  expect(documents.length).toBeGreaterThanOrEqual(60);
  expect(documents.filter(({ problems }) => problems.length === 0)).toEqual([]);
});

test('no problem repeats a credential', () => {
  const credentials = ['hunter2', 'MIIEpAIBAAKCAQEA', 'eyJhbGciOiJub25lIn0', 'LS0tLS1CRUdJTi'];
  const given = JSON.stringify(documents);
  for (const credential of credentials) expect(given).toContain(credential);
  for (const { document } of documents) {
    const told = JSON.stringify(parseRollout(document, inventory));
    for (const credential of credentials) expect(told).not.toContain(credential);
  }
});
