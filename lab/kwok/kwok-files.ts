import { join } from 'node:path';
import { checkoutFolder } from '../tools/recipes-folder.js';

/** A YAML file of `lab/kwok`. */
export type KwokFile =
  | 'nodes.yaml'
  | 'pods.yaml'
  | 'job-pods.yaml'
  | 'istiod-pods.yaml'
  | 'pilot-pods.yaml'
  | 'injection-pods.yaml'
  | 'port-forward-crd.yaml'
  | 'port-forward-crd-v1beta1.yaml';

/** Absolute path of a YAML file in the checkout's `lab/kwok`: the compiler copies no YAML to `dist/`. */
export async function kwokFile(name: KwokFile): Promise<string> {
  return join(await checkoutFolder(), 'lab', 'kwok', name);
}
