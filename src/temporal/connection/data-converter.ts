import type { DataConverter } from '@temporalio/common';
import { FAILURE_CONVERTER } from '../bundle/workflow-files.js';
import { EncryptionCodec } from '../codec/encryption-codec.js';
import type { EncryptionKey } from '../codec/encryption-keys.js';

/**
 * Returns the converter with which clients and workers store values in Temporal. With keys, payloads and failures are
 * encrypted. Without keys nothing is encrypted, and reading an encrypted payload reports which key is missing.
 */
export function createDataConverter(keys: readonly EncryptionKey[]): DataConverter {
  return {
    payloadCodecs: [new EncryptionCodec(keys)],
    ...(keys.length > 0 && { failureConverterPath: FAILURE_CONVERTER }),
  };
}
