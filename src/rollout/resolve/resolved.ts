import type { InstallerName } from '../releases.js';
import type { AcceptedCode } from './acceptance.js';

/**
 * The resolved document: what the first activity, `resolve`, makes of the document that a user typed. Selectors are
 * clusters now, defaults are filled in, durations are milliseconds. It is binding for the whole rollout.
 * Plain types: workflows load this file.
 */

/** Istio Helm values, as nested objects. */
export type Values = { readonly [key: string]: unknown };

/** A wave after resolution: which remotes, in which order of waves, behind which gates. */
export interface ResolvedWave {
  readonly name: string;
  readonly clusters: readonly string[];
  /** A person must approve before the wave starts, or after it and before the next one. */
  readonly approval?: 'before' | 'after';
  /** How long the wave must have been successful before the next one starts; 0 = not at all. */
  readonly minSuccessTimeMs: number;
}

/** A namespace that wants sidecars. */
export interface ResolvedNamespace {
  readonly name: string;
  /** `enabled` sets `istio-injection=enabled`; anything else is a revision and sets `istio.io/rev`. */
  readonly injection: string;
  /** The remotes it is labelled in; absent = every remote. */
  readonly clusters?: readonly string[];
}

/** What the parent workflow works from. */
export interface ResolvedRollout {
  readonly version: 1;
  /** Version of the tool with which this rollout installs, e.g. `1.31.2`. Absent when the worker could not ask it. */
  readonly toolVersion?: string;
  readonly mesh: string;
  /** Minor of Istio, e.g. `1.31`. */
  readonly release: string;
  readonly revision: string;
  readonly installer: InstallerName;
  readonly istioNamespace: string;
  readonly meshID: string;
  readonly network: string;
  /** Istio values for every cluster; a cluster's own are laid over them. */
  readonly values: Values;
  readonly primary: { readonly cluster: string; readonly profile: string; readonly values: Values };
  /** Every remote once, in the order of the document; where it has values of its own, their place in `remoteValues`. */
  readonly remotes: readonly { readonly cluster: string; readonly values?: number }[];
  /** The values of entries of `remotes`, each once: a selector may give them to hundreds of clusters. */
  readonly remoteValues: readonly Values[];
  readonly namespaces: readonly ResolvedNamespace[];
  readonly waves: readonly ResolvedWave[];
  readonly maxConcurrency: number;
  readonly maxFailures: number;
  readonly progressDeadlineMs: number;
  /** Findings that the user takes on. */
  readonly accept: readonly AcceptedCode[];
}

/** What every cluster of a rollout has in common; part of each child's input. */
export interface MeshSettings {
  readonly mesh: string;
  /** `firstExecutionRunId` of the rollout: stable over reset and continue-as-new. */
  readonly rolloutId: string;
  readonly release: string;
  /** See {@link ResolvedRollout.toolVersion}. */
  readonly toolVersion?: string;
  readonly revision: string;
  readonly installer: InstallerName;
  readonly istioNamespace: string;
  readonly meshID: string;
  readonly network: string;
  /** Name of the primary cluster. */
  readonly primary: string;
  readonly progressDeadlineMs: number;
}

/** Input of the workflow `primary`. */
export interface PrimaryInput extends MeshSettings {
  readonly profile: string;
  /** Values of the mesh with the primary's own laid over them. */
  readonly values: Values;
  /** Codes of findings that the user has taken on for the primary. */
  readonly accept: readonly string[];
}

/** Input of the workflow `remote`. */
export interface RemoteInput extends MeshSettings {
  readonly cluster: string;
  /** Values of the mesh with the remote's own laid over them. */
  readonly values: Values;
  /** The namespaces to label in this remote. */
  readonly namespaces: readonly { readonly name: string; readonly injection: string }[];
  /** Codes of findings that the user has taken on for the remote. */
  readonly accept: readonly string[];
}
