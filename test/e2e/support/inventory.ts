import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Lab } from '../../../lab/lab.js';

/** One cluster of the lab's inventory. */
export interface Entry {
  name: string;
  kubeconfig: string;
  context: string;
}

/** Changes the lab's inventory; the next cluster that comes or goes makes it what it was. */
export async function changeInventory(
  { inventoryPath }: Pick<Lab, 'inventoryPath'>,
  change: (entries: Entry[]) => void,
): Promise<void> {
  const inventory = JSON.parse(await readFile(inventoryPath, 'utf8')) as { clusters: Entry[] };
  change(inventory.clusters);
  await replaceInventory(inventoryPath, JSON.stringify(inventory));
}

/** Lets the product reach clusters by other kubeconfigs than those of the lab. */
export async function useKubeconfigs(
  lab: Pick<Lab, 'inventoryPath'>,
  kubeconfigs: Readonly<Record<string, string>>,
): Promise<void> {
  await changeInventory(lab, (entries) => {
    for (const [name, kubeconfig] of Object.entries(kubeconfigs)) {
      const entry = entries.find((each) => each.name === name);
      if (!entry) throw new Error(`${name} is not in the inventory`);
      entry.kubeconfig = kubeconfig;
    }
  });
}

/** Puts another file in the place of the inventory, so that nobody reads half of it. */
export async function replaceInventory(inventoryPath: string, text: string): Promise<void> {
  const next = `${inventoryPath}.next`;
  await writeFile(next, text);
  await rename(next, inventoryPath);
}
