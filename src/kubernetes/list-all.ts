import { ClusterError } from './cluster-error.js';
import type { ReadOptions } from './request-options.js';

const PAGE = 500;

interface Page<T> {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly T[] | null;
}

interface Reader {
  request<T>(method: 'GET', path: string, options: ReadOptions): Promise<T>;
}

/**
 * Reads a collection page by page. When the pages have expired on the way (410, after some 5 minutes), the collection
 * is read once more, in one piece, as client-go's pager does.
 */
export async function listAll<T>(client: Reader, path: string, options: ReadOptions): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const query = { ...options.query, limit: PAGE, continue: next };
    try {
      const page: Page<T> = await client.request('GET', path, { ...options, query });
      for (const item of page.items ?? []) items.push(item);
      next = page.metadata?.continue || undefined;
    } catch (error) {
      const expired = next !== undefined && error instanceof ClusterError && error.status === 410;
      if (!expired) throw error;
      const whole = await client.request<Page<T>>('GET', path, options);
      return [...(whole.items ?? [])];
    }
  } while (next !== undefined);
  return items;
}
