/** A cluster as selectors see it: its name and labels, without anything that gives access to it. */
export interface LabelledCluster {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Labels that a cluster must have, all of them with exactly these values. */
export type Selector = Readonly<Record<string, string>>;

/** Returns whether a cluster has every label of a selector. */
export function matchesSelector(selector: Selector, cluster: LabelledCluster): boolean {
  const labels = cluster.labels ?? {};
  return Object.entries(selector).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/** Returns a selector as users read it: `tier=prod,region=eu`. */
export function formatSelector(selector: Selector): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
