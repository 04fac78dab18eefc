import { provideTools } from '../../../../lab/tools/build/provide.js';
import { tinyRecipe } from '../tiny-recipe.js';

// Run as a process of its own: provides the tiny tool from the recipes folder of the first argument, prints progress and then its path.
const paths = await provideTools({
  names: ['etcd'],
  recipes: [tinyRecipe],
  recipesFolder: process.argv[2] ?? '',
  environment: process.env,
  report: (line) => console.log(line),
});
console.log(`path: ${paths.get('etcd')}`);
