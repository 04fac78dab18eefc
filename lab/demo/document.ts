import type { Lab } from '../lab.js';

/** The rollout document of the demo, for the clusters of its lab. */
export function demoDocument(lab: Pick<Lab, 'primary' | 'remotes'>) {
  return {
    mesh: 'demo',
    release: '1.31',
    primary: { cluster: lab.primary.name },
    remotes: lab.remotes.map(({ name }) => ({ cluster: name })),
    namespaces: [{ name: 'default', injection: 'enabled' }],
  };
}
