import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Controls } from '../../rollout/messages.js';
import { DecisionHeaders, decisionOf, PENDING, PendingAnswer } from '../decision.js';
import type { ApiDependencies } from '../dependencies.js';
import {
  AcceptBody,
  ApproveBody,
  bodyProblems,
  commonProblems,
  MeshParams,
  problemAnswers,
  ReasonBody,
  StrategyBody,
} from '../schemas/schemas.js';

interface Control<Name extends keyof Controls> {
  readonly method: 'POST' | 'PATCH';
  /** The part after `/v1/rollouts/{mesh}/`. */
  readonly path: string;
  readonly summary: string;
  readonly body: z.ZodType<Omit<Controls[Name], 'by' | 'via'>>;
}

/** The controls of a whole rollout, by the name of the update. */
const CONTROLS: { readonly [Name in keyof Controls]: Control<Name> } = {
  pause: {
    method: 'POST',
    path: 'pause',
    summary: 'Start no further clusters until resume',
    body: ReasonBody,
  },
  resume: { method: 'POST', path: 'resume', summary: 'Continue after a pause', body: ReasonBody },
  abort: {
    method: 'POST',
    path: 'abort',
    summary: 'End the rollout and the work on every cluster; nothing is rolled back',
    body: ReasonBody,
  },
  approve: { method: 'POST', path: 'approve', summary: 'Approve a wave', body: ApproveBody },
  accept: { method: 'POST', path: 'accept', summary: 'Accept findings and continue', body: AcceptBody },
  set: {
    method: 'PATCH',
    path: 'strategy',
    summary: 'Change concurrency or failure budget',
    body: StrategyBody,
  },
};

const answers = {
  202: PendingAnswer,
  204: z.null().describe('Done'),
  ...commonProblems,
  ...bodyProblems,
  ...problemAnswers(404, 409),
};

/** Adds a route for each control. */
export function controlRoutes(instance: FastifyInstance, { rollouts }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const add = <Name extends keyof Controls>(name: Name, { method, path, summary, body }: Control<Name>) =>
    app.route({
      method,
      url: `/rollouts/:mesh/${path}`,
      schema: { summary, params: MeshParams, headers: DecisionHeaders, body, response: answers },
      config: { scope: 'operate' },
      handler: async (request, reply) => {
        const { actor, headers } = request;
        const input = decisionOf({ actor, headers, body: request.body as Controls[Name] });
        const { state } = await rollouts.control(request.params.mesh, name, input);
        return state === 'done' ? reply.code(204).send(null) : reply.code(202).send(PENDING);
      },
    });
  for (const name of Object.keys(CONTROLS) as (keyof Controls)[]) add(name, CONTROLS[name] as Control<never>);
}
