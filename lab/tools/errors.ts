import type { ToolName } from './tool-names.js';

/**
 * Why tools could not be provided:
 * `bad-tools-folder` the folder the user named is not there, or holds a tool that does not fit;
 * `go-missing` something must be built and there is no `go`; `go-too-old` there is one, but too old;
 * `build-failed` `go build` failed, or what it built does not call itself what it should.
 */
export type ToolsErrorCode = 'bad-tools-folder' | 'go-missing' | 'go-too-old' | 'build-failed';

/** Thrown when a tool of the lab cannot be had. The message says what, where, and what to do next. */
export class ToolsError extends Error {
  override readonly name = 'ToolsError';
  readonly code: ToolsErrorCode;
  /** The tools that are missing because of it. */
  readonly tools: readonly ToolName[];

  constructor(code: ToolsErrorCode, tools: readonly ToolName[], message: string) {
    super(message);
    this.code = code;
    this.tools = tools;
  }
}
