import { afterAll } from 'vitest';
import { startedLab } from './lab.js';

/** Set-up of the project `lab`: the clusters that a file has added go with it, so that the next has the machine to itself. */
afterAll(async () => {
  const lab = await startedLab();
  const added = lab?.clusters.filter(({ name }) => name !== lab.primary.name) ?? [];
  await Promise.all(added.map(({ name }) => lab?.removeCluster(name)));
});
