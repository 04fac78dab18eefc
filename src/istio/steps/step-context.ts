/** What the frame of an activity offers to the step that runs in it. */
export interface StepContext {
  /** Aborts when Temporal cancels, pauses or resets the activity, when the worker stops, and when time is up. */
  readonly signal: AbortSignal;
  /** When the attempt has to end, in milliseconds since the epoch; `signal` aborts then. */
  readonly deadline: number;
  /** Says in a few words what is being done. The Temporal UI shows it within seconds, and a timeout names it. */
  heartbeat(detail: string): void;
  /**
   * Takes back what has not been proven, also when {@link signal} has aborted: between the activity's own deadline and
   * Temporal's there is time for it. Does nothing when Temporal has given the attempt up: another one may be at work.
   */
  takeBack(work: (signal: AbortSignal) => Promise<unknown>): Promise<void>;
  readonly log: StepLog;
}

/** The log of the worker, as far as steps use it. */
export interface StepLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
