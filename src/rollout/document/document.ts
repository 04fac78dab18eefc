import { z } from 'zod';
import { PATTERN } from '../../base/text/syntax.js';
import { name, text } from '../../base/text/text-schema.js';
import { INSTALLERS, PROFILES, RELEASES } from '../releases.js';
import { acceptedFinding, identifier, selector, values } from './document-fields.js';
import { strategy } from './document-strategy.js';
import {
  injectionProblem,
  installerProblem,
  LONGEST_REVISION,
  profileProblem,
  releaseProblem,
  revisionProblem,
} from './document-words.js';

/**
 * The rollout document: what users write, in YAML or JSON. The same schema is the body of the API in OpenAPI. It judges
 * each field by itself; rules between fields and against the inventory are in document-rules.ts and resolve.ts.
 */

/** The largest document, in bytes of JSON in UTF-8: it travels in Temporal's history several times. */
export const LARGEST_DOCUMENT = 24 * 1024;

const revisionMeta = { pattern: PATTERN.dnsLabel, maxLength: LONGEST_REVISION };

const primary = z.strictObject({
  cluster: name().describe('Name of the cluster in the inventory that runs the control plane. Example: hub'),
  profile: text(profileProblem, { enum: PROFILES })
    .exactOptional()
    .describe(
      'Profile of Istio for the primary. If left out: minimal, which is base and istiod only; for release 1.4 default. Example: default',
    ),
  values: values()
    .default({})
    .describe('Istio values for the primary only. Example: { pilot: { autoscaleMin: 2 } }'),
});

const remote = z
  .strictObject({
    cluster: name().exactOptional().describe('Name of one cluster in the inventory. Example: eu-1'),
    selector: selector()
      .exactOptional()
      .describe(
        'Labels in the inventory: every cluster that has them all is a remote, but the primary. Resolved once, when the rollout starts. Example: { tier: prod }',
      ),
    values: values()
      .exactOptional()
      .describe(
        'Istio values for these remotes, laid over those of the mesh. Of several entries for one cluster, the one that names it counts, else the first that matches. Example: { global: { proxy: { logLevel: info } } }',
      ),
  })
  .superRefine((entry, context) => {
    if ((entry.cluster === undefined) === (entry.selector === undefined))
      context.addIssue('must have either cluster or selector, exactly one of them');
  })
  .meta({ oneOf: [{ required: ['cluster'] }, { required: ['selector'] }] });

const namespace = z.strictObject({
  name: name().describe(
    'Name of a namespace that exists in the remotes: rollouts never create one. Example: shop',
  ),
  injection: text(injectionProblem, revisionMeta)
    .default('enabled')
    .describe(
      '"enabled" labels it istio-injection=enabled, anything else is a revision (or a tag) and labels it istio.io/rev. Example: enabled',
    ),
  clusters: z
    .array(name())
    .min(1, 'must name at least one remote; leave it out for every remote')
    .exactOptional()
    .describe('The remotes where it is labelled. Every remote if left out. Example: [eu-1]'),
});

/** The schema of the rollout document. */
export const RolloutDocument = z.strictObject({
  mesh: name().describe('Name of the mesh, and the lock: one rollout of a mesh at a time. Example: shop'),
  release: text(releaseProblem, { enum: Object.keys(RELEASES) }).describe(
    'Minor of the Istio release, in quotes. Example: "1.31"',
  ),
  revision: text(revisionProblem, revisionMeta)
    .default('default')
    .describe('Revision of the control plane. Example: default'),
  installer: text(installerProblem, { enum: INSTALLERS })
    .default('istioctl')
    .describe('The tool that renders and installs. Example: istioctl'),
  istioNamespace: name()
    .default('istio-system')
    .describe('Namespace of Istio, the same in every cluster. Example: istio-system'),
  meshID: identifier()
    .exactOptional()
    .describe("Istio's identifier of the mesh; the name of the mesh if left out. Example: shop"),
  network: identifier().default('network1').describe('The one network of all clusters. Example: network1'),
  values: values()
    .default({})
    .describe('Istio values for every cluster. Example: { meshConfig: { accessLogFile: /dev/stdout } }'),
  primary: primary.describe('The cluster that runs the control plane. Example: { cluster: hub }'),
  remotes: z
    .array(remote)
    .min(1, 'must have at least one entry')
    .describe('The clusters to attach. Example: [{ cluster: eu-1 }, { selector: { tier: prod } }]'),
  namespaces: z
    .array(namespace)
    .default([])
    .describe('The namespaces whose Pods get sidecars. Example: [{ name: shop, injection: enabled }]'),
  strategy: strategy
    .prefault({})
    .describe('The order and the pace. Example: { maxConcurrency: 20%, maxFailures: 5% }'),
  accept: z
    .array(acceptedFinding())
    .default([])
    .describe(
      'Findings that you take on, by code; some need the clusters that are meant. Example: [service-cidr-overlap, { code: attached-elsewhere, clusters: [eu-1] }]',
    ),
});

/** The rollout document as users wrote it, with its defaults. */
export type RolloutDocument = z.infer<typeof RolloutDocument>;
