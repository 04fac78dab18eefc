/** A cluster as selectors see it: part of the inventory, without anything that leads to the cluster. */
export interface LabelledCluster {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Labels that a cluster must all have, with exactly these values. */
export type Selector = Readonly<Record<string, string>>;

/** Whether a cluster carries every label of a selector. */
export function matchesSelector(selector: Selector, cluster: LabelledCluster): boolean {
  const labels = cluster.labels ?? {};
  return Object.entries(selector).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

/** A selector as users read it: `tier=prod,region=eu`. */
export function formatSelector(selector: Selector): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
