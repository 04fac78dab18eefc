import type { InstallerName } from '../releases.js';
import type { AcceptedCode } from './acceptance.js';

/**
 * The resolved document: the result of the first activity, `resolve`, for the user's document. Selectors are resolved
 * to clusters, defaults are filled in, and durations are in milliseconds. It is binding for the whole rollout. Plain
 * types: workflows load this file.
 */

/** Istio Helm values, as nested objects. */
export type Values = { readonly [key: string]: unknown };

/** A wave after resolution: its remotes and its gates. */
export interface ResolvedWave {
  readonly name: string;
  readonly clusters: readonly string[];
  /** A person must approve before the wave starts, or after it and before the next one. */
  readonly approval?: 'before' | 'after';
  /** How long the wave must have been successful before the next one starts; 0 = not at all. */
  readonly minSuccessTimeMs: number;
}

/** A namespace that should get sidecars. */
export interface ResolvedNamespace {
  readonly name: string;
  /** `enabled` sets `istio-injection=enabled`; anything else is a revision and sets `istio.io/rev`. */
  readonly injection: string;
  /** The remotes in which it is labelled; absent = every remote. */
  readonly clusters?: readonly string[];
}

/** The input of the parent workflow's work. */
export interface ResolvedRollout {
  readonly version: 1;
  /**
   * The version of the tool that this rollout uses to install, e.g. `1.31.2`. Absent when the worker could not
   * determine it.
   */
  readonly toolVersion?: string;
  readonly mesh: string;
  /** Minor of Istio, e.g. `1.31`. */
  readonly release: string;
  readonly revision: string;
  readonly installer: InstallerName;
  readonly istioNamespace: string;
  readonly meshID: string;
  readonly network: string;
  /** Istio values for every cluster; the values of a cluster override them. */
  readonly values: Values;
  readonly primary: { readonly cluster: string; readonly profile: string; readonly values: Values };
  /** Every remote once, in the order of the document. `values` is the index of its own values in `remoteValues`. */
  readonly remotes: readonly { readonly cluster: string; readonly values?: number }[];
  /** The values of the entries of `remotes`, each once: with a selector, hundreds of clusters may share them. */
  readonly remoteValues: readonly Values[];
  readonly namespaces: readonly ResolvedNamespace[];
  readonly waves: readonly ResolvedWave[];
  readonly maxConcurrency: number;
  readonly maxFailures: number;
  readonly progressDeadlineMs: number;
  /** Findings that the user accepts. */
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
  /** The values of the mesh, overridden by those of the primary. */
  readonly values: Values;
  /** Codes of findings that the user has accepted for the primary. */
  readonly accept: readonly string[];
}

/** Input of the workflow `remote`. */
export interface RemoteInput extends MeshSettings {
  readonly cluster: string;
  /** The values of the mesh, overridden by those of the remote. */
  readonly values: Values;
  /** The namespaces to label in this remote. */
  readonly namespaces: readonly { readonly name: string; readonly injection: string }[];
  /** Codes of findings that the user has accepted for the remote. */
  readonly accept: readonly string[];
}
