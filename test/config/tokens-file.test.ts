import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { TokensFile } from '../../src/config/tokens-file.js';
import { temporaryFolder } from '../kubernetes/support/temporary-folder.js';

const entry = (name: string, scope: string, secret = name) => ({
  name,
  sha256: createHash('sha256').update(secret).digest('hex'),
  scope,
});

/** A tokens file with one token, and what is logged about it. */
async function tokensFile() {
  const path = join(await temporaryFolder(), 'tokens.json');
  await writeFile(path, JSON.stringify([entry('alice', 'operate')]));
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const tokens = new TokensFile(path, log);
  const now = () => tokens.current().map(({ name, scope }) => `${name} ${scope}`);
  const replace = async (text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  return { path, now, replace, lines };
}

test('the tokens are those of the file, also after it has changed', async () => {
  const { path, now, replace, lines } = await tokensFile();
  expect(now()).toEqual(['alice operate']);
  await replace(JSON.stringify([entry('alice', 'read'), entry('bob', 'operate')]));
  expect(now()).toEqual(['alice read', 'bob operate']);
  // In place, as an editor may write it.
  await writeFile(path, JSON.stringify([entry('bob', 'operate')]));
  expect(now()).toEqual(['bob operate']);
  expect(lines.map(({ msg }) => msg)).toEqual(Array(2).fill('the tokens were read again'));
});

test('a file that cannot be used leaves the tokens as they were, and is told once, without its content', async () => {
  const { path, now, replace, lines } = await tokensFile();
  for (const text of ['[{"name": "mallory", "token": "plain-secret"}]', 'plain-secret: [', '']) {
    await replace(text);
    expect([now(), now()]).toEqual([['alice operate'], ['alice operate']]);
  }
  await rm(path);
  expect(now()).toEqual(['alice operate']);
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map(({ level, msg }) => `${level} ${msg}`))).toEqual(
    new Set(['50 the tokens file cannot be used; the previous tokens stay valid']),
  );
  expect(JSON.stringify(lines)).not.toContain('plain-secret');
  await replace(JSON.stringify([entry('carol', 'read')]));
  expect(now()).toEqual(['carol read']);
});

test('a file that cannot be used at the start is an error', async () => {
  const { path, replace } = await tokensFile();
  const open = () => new TokensFile(path, pino({ level: 'silent' }));
  await replace('[{"name": "no spaces"}]');
  expect(open).toThrow(ConfigError);
  expect(open).toThrow(/MESH_ROLLOUT_TOKENS_FILE .*tokens.json: 0.name expected a name/);
  await rm(path);
  expect(open).toThrow(/names a file that cannot be read: ENOENT/);
});
