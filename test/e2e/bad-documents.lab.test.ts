import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, prepareProduct } from '../../lab/product.js';
import { ensureTools } from '../../lab/tools/tools.js';
import type { Problem } from '../../src/rollout/problems/problems.js';
import { badDocuments } from '../support/bad-documents.js';
import { freshName, useLab } from '../support/lab.js';
import { temporal } from '../support/run.js';
import { startWorkerInNewNamespace } from './proofs/new-namespace.js';

const documents = badDocuments();
/** What goes through programs that take half a second to start; the API and the unit tests take them all. */
const everyFifth = documents.filter((_, index) => index % 5 === 0);
const namespace = freshName('bad-documents');

describe('a bad document', () => {
  let product: Product;
  let folder: string;

  beforeAll(async () => {
    const [lab, tools] = [await useLab(), await ensureTools({})];
    folder = await mkdtemp(join(tmpdir(), 'documents-'));
    // A Temporal namespace of its own: its worker reads another inventory than that of the other tests.
    const created = await temporal('operator', 'namespace', 'create', '--namespace', namespace);
    expect(created.exitCode, created.stderr).toBe(0);
    const inventoryPath = fileURLToPath(new URL('../fixtures/inventory.json', import.meta.url));
    product = await prepareProduct({ inventoryPath, temporal: lab.temporal, proxyUrl: lab.proxyUrl }, tools, {
      TEMPORAL_NAMESPACE: namespace,
    });
    await startWorkerInNewNamespace(product);
    await product.startServer();
  });
  afterAll(async () => {
    await product.stop();
    await rm(folder, { recursive: true });
  });

  test('there are at least 60 of them, and 20 go through every door', () => {
    expect(documents.length).toBeGreaterThanOrEqual(60);
    expect(everyFifth.length).toBeGreaterThanOrEqual(20);
  });

  test('is answered by the API with 400 and every problem, by path', async () => {
    for (const { name, document, problems } of documents) {
      const answer = await fetch(`${product.api}/v1/rollouts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(document),
      });
      expect(answer.status, name).toBe(400);
      expect(answer.headers.get('content-type'), name).toContain('application/problem+json');
      const body = (await answer.json()) as { code: string; problems: Problem[] };
      expect(body.code, name).toBe('document-invalid');
      expectProblems(name, body.problems, problems);
    }
  });

  test('ends the CLI with 1 and every problem on stderr', async () => {
    const [program, ...first] = product.cli;
    await atOnce(everyFifth, async ({ name, text, problems }) => {
      const file = join(folder, `${name}.yaml`);
      await writeFile(file, text);
      const { exitCode, stderr } = await execa(program, [...first, 'start', '-f', file], {
        env: product.environment,
        reject: false,
      });
      expect(exitCode, name).toBe(1);
      for (const { path, message } of problems) {
        expect(stderr, name).toContain(path);
        expect(flat(stderr), name).toContain(flat(message));
      }
    });
  });

  test('fails the workflow at once with every problem when started by the Temporal CLI', async () => {
    await atOnce(everyFifth, async ({ name, document, problems }) => {
      const file = join(folder, `${name}.json`);
      await writeFile(file, JSON.stringify(document));
      const workflowId = `mesh/${name}`;
      const ran = await temporal(
        ...[
          'workflow',
          'execute',
          '--namespace',
          namespace,
          '--type',
          'rollout',
          '--task-queue',
          'mesh-rollout',
        ],
        ...['--workflow-id', workflowId, '--input-file', file, '-o', 'json'],
      );
      expect(ran.exitCode, name).not.toBe(0);
      const shown = await temporal(
        'workflow',
        'show',
        '--namespace',
        namespace,
        '--workflow-id',
        workflowId,
        '-o',
        'json',
      );
      const failed = failureOf(shown.stdout);
      expect(failed.type, name).toBe('document-invalid');
      for (const { path, message } of problems) {
        expect(failed.message, name).toContain(path);
        expect(flat(failed.message), name).toContain(flat(message));
      }
    });
  });
});

/** Programs start slowly and wait much: a few at once. */
async function atOnce<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: 4 }, lane));
}

function expectProblems(name: string, actual: readonly Problem[], expected: readonly Problem[]): void {
  expect(
    actual.map(({ path }) => path),
    name,
  ).toEqual(expected.map(({ path }) => path));
  actual.forEach(({ message }, index) => {
    expect(message, name).toContain(expected[index]?.message);
  });
}

/** Terminals wrap lines. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function failureOf(history: string): { type: string; message: string } {
  const { events } = JSON.parse(history) as {
    events: {
      workflowExecutionFailedEventAttributes?: {
        failure: { cause: { message: string; applicationFailureInfo: { type: string } } };
      };
    }[];
  };
  const failure = events.at(-1)?.workflowExecutionFailedEventAttributes?.failure.cause;
  return { type: failure?.applicationFailureInfo.type ?? '', message: failure?.message ?? '' };
}
