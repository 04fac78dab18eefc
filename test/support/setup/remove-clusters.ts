import { afterAll } from 'vitest';
import { clustersOfThisFile, useLab } from '../lab.js';

/** Set-up of the project `lab`: the clusters that a file has added go with it, so that the next has the machine to itself. */
afterAll(async () => {
  const clusters = await clustersOfThisFile();
  await Promise.all(clusters.map(async ({ name }) => (await useLab()).removeCluster(name)));
});
