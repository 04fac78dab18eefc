import type { Command } from 'commander';
import type { ApiClient } from '../api-client.js';
import type { CliContext } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, withApiOptions, writeJson } from './options.js';

/** Options of everything that decides about a rollout. */
export interface DecisionOptions extends CommonOptions {
  readonly reason?: string;
  /** The rollout that the decision is for. */
  readonly rollout?: string;
}

/** Adds the mesh and the options of a decision to a command. */
export function withDecisionOptions(command: Command): Command {
  return withApiOptions(command.argument('<mesh>', 'name of the mesh'), 'json')
    .option('--reason <text>', 'why; stands in the audit of the rollout')
    .option('--rollout <id>', 'only if this is the rollout of the mesh (default: the one that runs now)');
}

/**
 * What every decision carries: why, and the rollout that it is for, which is the one that runs now unless the user names
 * one. So a decision that is sent twice, or arrives late, does not reach the next rollout.
 * @throws what the API throws when it is asked for the rollout
 */
export async function addressed(
  client: ApiClient,
  mesh: string,
  { reason, rollout }: DecisionOptions,
): Promise<{ readonly rolloutId: string; readonly reason?: string }> {
  const rolloutId = rollout ?? (await client.get(mesh)).rolloutId;
  return { rolloutId, ...(reason !== undefined && { reason }) };
}

/** Says that a decision is accepted and will be carried out, though it is not done yet. That is a success. */
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
