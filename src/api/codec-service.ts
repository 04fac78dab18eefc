import type { PayloadCodec } from '@temporalio/common';

/** The dependencies of the codec endpoint. */
export interface CodecService {
  readonly codec: PayloadCodec;
  /** The namespace whose payloads it decodes. A request with another X-Namespace header is refused. */
  readonly namespace: string;
  /** Origins of the Temporal UIs whose pages may use the endpoint, such as `http://127.0.0.1:8233`. */
  readonly origins: readonly string[];
}
