import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { checkoutFolder } from '../../../lab/tools/recipes-folder.js';
import { type EncryptionKey, parseEncryptionKeys } from '../../../src/temporal/codec/encryption-keys.js';
import { createDataConverter } from '../../../src/temporal/connection/data-converter.js';

/** A fresh key as it stands in a file of keys. */
export function freshKeyText(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** Keys of a text that is right. */
export function keysOf(text: string): readonly EncryptionKey[] {
  const parsed = parseEncryptionKeys(text);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return parsed.keys;
}

/** The converter of the product; the SDK loads the failure converter by its path, which only `dist/` has. */
export async function builtDataConverter(keys: readonly EncryptionKey[]): Promise<DataConverter> {
  const built = await builtFile('src/temporal/connection/failure-converter.js');
  const converter = createDataConverter(keys);
  return converter.failureConverterPath === undefined
    ? converter
    : { ...converter, failureConverterPath: built };
}

/** A file of `dist/`. */
export async function builtFile(path: string): Promise<string> {
  return join(await checkoutFolder(), 'dist', path);
}

/** Everything that the server keeps of a workflow's last run, bytes as text and nothing decoded by a codec. */
export async function rawHistory(client: Client, workflowId: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return JSON.stringify(history, (_key, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
    // Where protobuf has made JSON of itself, bytes are base64.
    return typeof value === 'string' && /^[A-Za-z0-9+/]{4,}={0,2}$/.test(value)
      ? `${value} ${Buffer.from(value, 'base64').toString('latin1')}`
      : value;
  });
}
