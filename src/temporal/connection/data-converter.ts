import type { DataConverter } from '@temporalio/common';
import { FAILURE_CONVERTER } from '../bundle/workflow-files.js';
import { EncryptionCodec } from '../codec/encryption-codec.js';
import type { EncryptionKey } from '../codec/encryption-keys.js';

/**
 * How a client and a worker turn values into what Temporal keeps. With keys, payloads and failures are encrypted.
 * Without, nothing is, and an encrypted payload says which key is missing instead of being unreadable.
 */
export function createDataConverter(keys: readonly EncryptionKey[]): DataConverter {
  return {
    payloadCodecs: [new EncryptionCodec(keys)],
    ...(keys.length > 0 && { failureConverterPath: FAILURE_CONVERTER }),
  };
}
