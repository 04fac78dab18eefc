import type { PayloadCodec } from '@temporalio/common';

/** What the codec endpoint works with. */
export interface CodecService {
  readonly codec: PayloadCodec;
  /** The namespace whose payloads it decodes; another one in the header X-Namespace is refused. */
  readonly namespace: string;
  /** Origins of Temporal UIs whose pages may ask, such as `http://127.0.0.1:8233`. */
  readonly origins: readonly string[];
}
