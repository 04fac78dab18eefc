import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideCharts } from '../../../../lab/tools/build/charts.js';
import type { Recipe } from '../../../../lab/tools/recipes.js';
import { type Bench, bench, standIn, temporaryFolder } from '../bench.js';
import { tinyRecipe } from '../tiny-recipe.js';

const recipe: Recipe = {
  ...tinyRecipe,
  charts: { release: '1.31', module: 'example.org/mesh', folders: ['install/charts/base'] },
};

function provide({ environment }: Bench): Promise<Map<string, string>> {
  const recipesFolder = join(import.meta.dirname, '..', 'fixtures');
  return provideCharts({
    recipes: [tinyRecipe, recipe],
    recipesFolder,
    environment,
    report: () => undefined,
  });
}

test('charts are copied once from the Go module that has them', async () => {
  const machine = await bench();
  const module = await temporaryFolder();
  const templates = join(module, 'install', 'charts', 'base', 'templates');
  await mkdir(templates, { recursive: true });
  await writeFile(join(templates, 'crd.yaml'), 'kind: CRD\n', { mode: 0o444 });
  const go = `case "$1" in env) echo go1.26.8;; mod) echo '{ "Dir": "${module}" }';; esac`;
  await standIn(machine.bin, 'go', go);
  const paths = await provide(machine);
  expect([...paths.keys()]).toEqual(['1.31']);
  const folder = paths.get('1.31') ?? '';
  await expect(readFile(join(folder, 'base', 'templates', 'crd.yaml'), 'utf8')).resolves.toBe('kind: CRD\n');
  await standIn(machine.bin, 'go', 'exit 1');
  await expect(provide(machine)).resolves.toEqual(paths);
});

test('charts whose module cannot be had leave nothing in the cache', async () => {
  const machine = await bench();
  await standIn(
    machine.bin,
    'go',
    'case "$1" in env) echo go1.26.8;; mod) echo "no such module"; exit 1;; esac',
  );
  await expect(provide(machine)).rejects.toThrow(
    /example.org\/mesh, which could not be had:\nno such module/,
  );
  expect((await readdir(machine.cache)).filter((entry) => !entry.startsWith('lock'))).toEqual([]);
});

test('without go, the error says that charts need it', async () => {
  await expect(provide(await bench())).rejects.toThrow(
    /There is no go on PATH.\nIstio's charts are in a Go module: install Go 1.26.0 or newer/,
  );
});
