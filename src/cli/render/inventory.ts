import { Document, isMap, isSeq, type Node } from 'yaml';
import type { InventoryDraft } from '../../rollout/inventory/draft-inventory.js';
import type { InventoryNames } from '../../rollout/inventory/inventory.js';
import { clean } from './layout/text.js';

/** A placeholder that a person overwrites. The comment above it says why. */
const PLACEHOLDER = ' apiServer: https://';

/** Returns a drafted inventory as YAML, with a comment wherever a person should check it. */
export function renderInventory({ clusters, leftOut }: InventoryDraft): string {
  const document = new Document({ clusters: clusters.map(({ entry }) => entry) });
  const list = document.get('clusters');
  for (const [index, { remarks, needsApiServer }] of clusters.entries()) {
    const item = isSeq(list) ? list.items[index] : undefined;
    if (remarks.length > 0) (item as Node).commentBefore = remarks.map(comment).join('\n');
    if (needsApiServer && isMap(item)) item.comment = PLACEHOLDER;
  }
  const missing = leftOut.map(({ context, file, why }) =>
    comment(`left out: context ${JSON.stringify(context)} of ${file}: ${why}`),
  );
  if (missing.length > 0) document.comment = missing.join('\n');
  return document.toString({ lineWidth: 0 });
}

/** Returns the names and labels of an inventory as YAML, without anything that gives access to a cluster. */
export function renderNames({ clusters }: InventoryNames): string {
  const named = clusters.map(({ name, labels }) => ({ name, ...(labels && { labels }) }));
  return new Document({ clusters: named }).toString({ lineWidth: 0 });
}

/** Returns a comment of one line, whatever characters the names of a kubeconfig contain. */
function comment(text: string): string {
  return ` ${clean(text)}`;
}
