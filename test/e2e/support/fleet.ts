import type { Lab, LabCluster } from '../../../lab/lab.js';
import type { AddClusterOptions } from '../../../lab/lab-options.js';
import { freshName, useLab } from '../../support/lab.js';

/** A primary and its remotes, fresh, with a name for their mesh; `remove` gives their processes back. */
export interface Fleet {
  readonly lab: Lab;
  readonly mesh: string;
  readonly primary: LabCluster;
  readonly remotes: readonly LabCluster[];
  /** The n-th remote, from 0. @throws Error when there is none */
  remote(index: number): LabCluster;
  /** The document that rolls this fleet out, with what a test wants otherwise. */
  document(over?: object): Record<string, unknown>;
  remove(): Promise<void>;
}

/**
 * @param remotes options of each remote
 * @param all options of every cluster; the document is for their release
 */
export async function freshFleet(
  remotes: readonly AddClusterOptions[],
  all: AddClusterOptions = {},
): Promise<Fleet> {
  const lab = await useLab();
  const mesh = freshName('mesh');
  const [primary, ...others] = await Promise.all([
    lab.addCluster(`${mesh}-hub`, { ...all, role: 'primary' }),
    ...remotes.map((options, index) => lab.addCluster(`${mesh}-r${index + 1}`, { ...all, ...options })),
  ]);
  return {
    lab,
    mesh,
    primary,
    remotes: others,
    remote: (index) => {
      const found = others[index];
      if (!found) throw new Error(`the fleet has no remote ${index}`);
      return found;
    },
    document: (over = {}) => ({
      mesh,
      release: all.release ?? '1.31',
      primary: { cluster: primary.name },
      remotes: others.map(({ name }) => ({ cluster: name })),
      namespaces: [{ name: 'default', injection: 'enabled' }],
      ...over,
    }),
    remove: async () => {
      await Promise.all([primary, ...others].map(({ name }) => lab.removeCluster(name)));
    },
  };
}
