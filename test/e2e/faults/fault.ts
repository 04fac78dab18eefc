import type { LabCluster } from '../../../lab/lab.js';
import type { FaultyFront } from './front.js';
import type { RefusingWebhook } from './webhook.js';

/** A fault of one cluster. Both functions return when it is so, wherever the product asks. */
export interface Fault {
  begin(): Promise<void>;
  /** For a fault that the product gets over by itself, what takes it back happens before this returns. */
  end(): Promise<void>;
  /** What the product says of a fault that it gets over by itself. */
  readonly words?: RegExp;
}

/** Where faults are made. */
export interface Target {
  readonly cluster: LabCluster;
  readonly front: FaultyFront;
  /** A webhook that API servers can be told to call. */
  readonly webhook: RefusingWebhook;
}
