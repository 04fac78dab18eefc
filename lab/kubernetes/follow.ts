import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';

interface Identified {
  metadata: { uid: string };
}

/**
 * Lists and watches a collection until `signal` is aborted, and calls `onChange` with all its objects after the
 * list and after every event. A lost API server is asked again every half second; meanwhile nothing is reported.
 *
 * @param path of the collection, with its selectors, such as `/api/v1/pods?labelSelector=app%3Distiod`.
 */
export async function followObjects<T extends Identified>(
  api: ApiClient,
  path: string,
  onChange: (objects: T[]) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await listAndWatch(api, path, onChange, signal);
    } catch {
      // The next turn lists again, whatever it was: an API server that is down, a resource version that is too old.
    }
    await sleep(500, undefined, { signal }).catch(() => {});
  }
}

async function listAndWatch<T extends Identified>(
  api: ApiClient,
  path: string,
  onChange: (objects: T[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const list = await api.get<{ metadata: { resourceVersion: string }; items: T[] }>(path);
  const objects = new Map(list.items.map((one) => [one.metadata.uid, one]));
  onChange([...objects.values()]);
  const separator = path.includes('?') ? '&' : '?';
  const watch = `${path}${separator}watch=1&resourceVersion=${list.metadata.resourceVersion}`;
  const response = await api.open(watch, signal);
  for await (const line of createInterface({ input: response })) {
    const event = JSON.parse(line) as { type: string; object: T };
    if (event.type === 'ERROR') return;
    if (event.type === 'DELETED') objects.delete(event.object.metadata.uid);
    else objects.set(event.object.metadata.uid, event.object);
    onChange([...objects.values()]);
  }
}
