import type { Recipe } from '../../../lab/tools/recipes.js';

/** Builds the Go module in fixtures/tiny, which stands in for etcd. */
export const tinyRecipe: Recipe = {
  name: 'tiny',
  version: '3.7.3',
  targets: [{ tool: 'etcd', package: 'mesh-rollout.example/tiny' }],
  stamps: ['main.version=3.7.3'],
  minutes: 1,
};
