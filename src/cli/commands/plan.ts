import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { PlanOutcome } from '../../rollout/plan/plan.js';
import type { PlanView } from '../../temporal/reading/plan-view.js';
import { ApiProblem } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { readDocument } from '../document-file.js';
import { ExitCode } from '../exit-code.js';
import { writeError } from '../render/error.js';
import { renderPlan } from '../render/plan.js';
import { renderPlanProgress } from '../render/plan-progress.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, frameOf, withApiOptions, writeJson } from './options.js';

interface PlanOptions extends CommonOptions {
  readonly file: string;
}

const POLL_MS = 500;
/** A worker that is being replaced polls again within this time. */
const WORKER_PATIENCE_MS = 30_000;

/** Adds `plan`, which shows what a rollout of a document would do. */
export function addPlanCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const command = program
    .command('plan')
    .description('show what a rollout would do, without changing anything')
    .requiredOption('-f, --file <path>', 'the rollout document, YAML or JSON; - for standard input');
  withApiOptions(command, 'json').action((options: PlanOptions) => run(plan(context, options)));
}

async function plan(context: CliContext, options: PlanOptions): CommandResult {
  const name = options.file === '-' ? 'stdin' : options.file;
  const file = readDocument(name, await context.readText(options.file));
  try {
    const view = await finished(context, options, file.document);
    if (view === undefined) return ExitCode.interrupted;
    if (view.plan === undefined) throw failureOf(view);
    if (options.output === 'json') writeJson(context, view.plan);
    else writeLines(context.out, renderPlan(view.plan, frameOf(context)));
    return EXIT_CODES[view.plan.outcome];
  } catch (error) {
    if (!(error instanceof ApiProblem) || !error.problem.problems) throw error;
    writeError(context, error, options.output, file.locate);
    return ExitCode.error;
  }
}

const EXIT_CODES: Record<PlanOutcome, ExitCode> = {
  'no-change': ExitCode.done,
  changes: ExitCode.changes,
  blocked: ExitCode.error,
};

/**
 * Requests the plan, waits for it, and reports its progress on standard error. When the wait ends early, the
 * plan is cancelled, because nobody would read it.
 * @returns undefined after Ctrl-C
 */
async function finished(
  context: CliContext,
  options: PlanOptions,
  document: unknown,
): Promise<PlanView | undefined> {
  const client = context.client(options.api);
  const interrupt = new AbortController();
  const forget = context.onInterrupt(() => interrupt.abort());
  let running: string | undefined;
  try {
    const { planId } = await client.startPlan(document);
    running = planId;
    let answeredAt = Date.now();
    let told = '';
    while (!interrupt.signal.aborted) {
      const view = await client.getPlan(planId);
      if (view.status !== 'Running') {
        running = undefined;
        return view;
      }
      if (view.worker === 'answers') answeredAt = Date.now();
      else if (Date.now() - answeredAt > WORKER_PATIENCE_MS) throw withoutWorker(view);
      const line = renderPlanProgress(view);
      if (line !== told) writeLines(context.err, [line]);
      told = line;
      await sleep(POLL_MS, undefined, { signal: interrupt.signal }).catch(() => undefined);
    }
    return undefined;
  } finally {
    // A failure does not matter: the plan also ends at its own time limit.
    if (running !== undefined) await client.cancelPlan(running).catch(() => undefined);
    forget();
  }
}

/** Returns the error of a failed plan in the form of an API error. */
function failureOf({ attention, problems }: PlanView): ApiProblem {
  const { code, message, action } = attention ?? {
    code: 'plan-ended',
    message: 'There is no plan.',
    action: '',
  };
  return new ApiProblem({
    title: message,
    status: 200,
    code,
    action,
    // The message of an invalid document also lists the problems.
    detail: problems ? 'The worker refuses the document as invalid.' : message,
    ...(problems && { problems }),
  });
}

function withoutWorker(view: PlanView): ApiProblem {
  return new ApiProblem({
    title: renderPlanProgress(view),
    status: 200,
    code: 'worker-missing',
    action: 'Start one with mesh-rollout worker, or check the log of the one that should be running.',
  });
}
