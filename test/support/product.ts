import { type Product, prepareProduct } from '../../lab/product.js';
import { toolNames } from '../../lab/tools/tool-names.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { useLab } from './lab.js';
import { watchedIstioctl } from './watched-istioctl.js';

let product: Promise<Product> | undefined;

/** The worker and the API of `dist/` against the lab, both running; one pair for all end-to-end tests of a run. */
export function useProduct(): Promise<Product> {
  product ??= start();
  return product;
}

/** Whether a test of this run has asked for the product. */
export function productIsInUse(): boolean {
  return product !== undefined;
}

async function start(): Promise<Product> {
  const [lab, tools] = [await useLab(), await ensureTools({ names: toolNames })];
  const old = await watchedIstioctl(lab.directory, tools['istioctl-1.4']);
  const prepared = await prepareProduct(lab, tools, {
    MESH_ROLLOUT_ISTIOCTL: [tools.istioctl, old].join(':'),
    MESH_ROLLOUT_KUBECTL: tools['kubectl-1.15'],
  });
  await prepared.startWorker();
  await prepared.startServer();
  return prepared;
}
