import type { Command } from 'commander';
import type { ApiClient } from '../api-client.js';
import type { CliContext } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, withApiOptions, writeJson } from './options.js';

/** Options of every command that makes a decision about a rollout. */
export interface DecisionOptions extends CommonOptions {
  readonly reason?: string;
  /** The rollout that the decision is for. */
  readonly rollout?: string;
}

/** Adds the mesh and the options of a decision to a command. */
export function withDecisionOptions(command: Command): Command {
  return withApiOptions(command.argument('<mesh>', 'name of the mesh'), 'json')
    .option('--reason <text>', 'why; recorded in the audit of the rollout')
    .option('--rollout <id>', 'only if this is the current rollout of the mesh (default: the running one)');
}

/**
 * Returns what every decision carries: the reason and the rollout. The rollout is the running one, unless the
 * user names one. So a decision that is sent twice or arrives late does not reach the next rollout.
 * @throws the API's errors when the rollout cannot be read
 */
export async function addressed(
  client: ApiClient,
  mesh: string,
  { reason, rollout }: DecisionOptions,
): Promise<{ readonly rolloutId: string; readonly reason?: string }> {
  const rolloutId = rollout ?? (await client.get(mesh)).rolloutId;
  return { rolloutId, ...(reason !== undefined && { reason }) };
}

/** Reports that a decision is accepted but not carried out yet. That counts as success. */
export function writePending(
  context: CliContext,
  mesh: string,
  action: string,
  { output }: CommonOptions,
): ExitCode {
  if (output === 'json') writeJson(context, { mesh, action, pending: true });
  else
    writeLines(context.out, [
      `Accepted: the rollout of mesh ${mesh} is still carrying it out.`,
      `See mesh-rollout status ${mesh}.`,
    ]);
  return ExitCode.done;
}
