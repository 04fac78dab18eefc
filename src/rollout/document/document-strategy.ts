import { z } from 'zod';
import { name } from '../../base/text/text-schema.js';
import { duration, limit, selector } from './document-fields.js';

const wave = z
  .strictObject({
    name: name().describe('Name of the wave. Example: canary'),
    selector: selector()
      .exactOptional()
      .describe(
        'Labels in the inventory: remotes that have them all, unless an earlier wave has them. Example: { tier: canary }',
      ),
    clusters: z
      .array(name())
      .min(1, 'must name at least one remote')
      .exactOptional()
      .describe('The remotes of the wave by name, instead of a selector. Example: [eu-1, eu-2]'),
    approval: z
      .enum(['before', 'after'])
      .exactOptional()
      .describe('Where a person must approve: before the wave starts, or after it. Example: after'),
    minSuccessTime: duration('0s', '168h')
      .default('0s')
      .describe('How long the wave must have been successful before the next one starts. Example: 10m'),
  })
  .superRefine((entry, context) => {
    if (entry.selector !== undefined && entry.clusters !== undefined)
      context.addIssue(
        'must have either selector or clusters, not both; with neither it takes every remaining remote',
      );
  });

/** How a rollout goes through the remotes: `strategy` of the document. */
export const strategy = z.strictObject({
  waves: z
    .array(wave)
    .default([])
    .describe(
      'Groups of remotes, in order; each remote belongs to the first that matches, else to a last wave "rest". Example: [{ name: canary, selector: { tier: canary }, approval: after }, { name: rest }]',
    ),
  maxConcurrency: limit(1)
    .default(10)
    .describe(
      'How many remotes at once: a number, or a percentage of all remotes, rounded down but at least 1. Example: 20%',
    ),
  maxFailures: limit(0)
    .default(0)
    .describe(
      'How many remotes may need a person before no further one starts: a number, or a percentage of all remotes, rounded down. Example: 5%',
    ),
  progressDeadline: duration('10s', '168h')
    .default('30m')
    .describe(
      'How long one remote may take; time spent paused or waiting for a person does not count. Example: 1h30m',
    ),
});
