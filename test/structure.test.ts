import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** More files than this in a folder, and nobody finds one without a search. */
const MOST_FILES = 15;
/** A way's name outside its folder would be an `if` for it. */
const WAYS = readdirSync(join(ROOT, 'src/istio/installers'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Folders with TypeScript in them, and how many files of it. */
function folders(top: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const entry of readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const folder = entry.parentPath.slice(ROOT.length + 1);
    found.set(folder, [...(found.get(folder) ?? []), entry.name]);
  }
  return found;
}

function filesOf(tops: readonly string[]): { path: string; text: string }[] {
  return tops.flatMap((top) =>
    [...folders(top)].flatMap(([folder, names]) =>
      names.map((name) => ({
        path: `${folder}/${name}`,
        text: readFileSync(join(ROOT, folder, name), 'utf8'),
      })),
    ),
  );
}

/** The rooms of ARCHITECTURE.md: the rows of its first table below the heading. */
function rooms(): string[] {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const house = page.slice(page.indexOf('## The house'), page.indexOf('Who may import whom'));
  return [...house.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
}

test('ARCHITECTURE.md names every room of the product and the lab, and no other', () => {
  const found = ['src', 'workflows', 'activities', 'lab'].flatMap((top) => [...folders(top).keys()]);
  expect(rooms().toSorted()).toEqual(found.toSorted());
});

test.each(['src', 'workflows', 'activities', 'lab', 'bench', 'test'])('no room of %s is too full', (top) => {
  const full = [...folders(top)].filter(([, files]) => files.length > MOST_FILES);
  expect(full.map(([folder, files]) => `${folder}: ${files.length} files`)).toEqual([]);
});

test("a way's folder is imported by the list of ways only", () => {
  const importers = filesOf(['src', 'workflows', 'activities']).flatMap(({ path, text }) => {
    const ways = WAYS.filter(
      (way) => text.includes(`/${way}/`) && new RegExp(`from '[^']*/${way}/`).test(text),
    );
    const others = ways.filter((way) => !path.startsWith(`src/istio/installers/${way}/`));
    return others.length === 0 ? [] : [path];
  });
  expect(importers).toEqual(['src/istio/installers/installers.ts']);
});

test('nobody asks which release or which way it is', () => {
  const asking = /\b(release|installer)\b\)? *(===|!==) *['"`][^'"`]|case ['"](istioctl|helm|1\.\d+)['"]/;
  const files = filesOf(['src', 'workflows', 'activities']).filter(
    ({ path }) => !path.startsWith('src/istio/installers/') && path !== 'src/rollout/releases.ts',
  );
  expect(files.filter(({ text }) => asking.test(text)).map(({ path }) => path)).toEqual([]);
});
