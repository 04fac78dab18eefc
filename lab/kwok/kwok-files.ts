import { join } from 'node:path';
import { checkoutFolder } from '../tools/recipes-folder.js';

type KwokFile = 'nodes.yaml' | 'pods.yaml' | 'istiod-pods.yaml' | 'port-forward-crd.yaml';

/** Absolute path of a YAML file in the checkout's `lab/kwok`: the compiler copies no YAML to `dist/`. */
export async function kwokFile(name: KwokFile): Promise<string> {
  return join(await checkoutFolder(), 'lab', 'kwok', name);
}
