import { isMap } from '../../base/is-map.js';
import { ClusterError } from '../errors/cluster-error.js';
import type { ListOptions, ReadOptions } from './request-options.js';
import { fieldOf, textOf } from './untrusted.js';

const PAGE = 500;
/** Enough for half a million objects. A server that returns more pages is not a Kubernetes API server. */
const MAX_PAGES = 1_000;

interface Reader {
  readonly name: string;
  request<T>(method: 'GET', path: string, options: ReadOptions): Promise<T>;
}

/**
 * Reads a collection page by page. When the pages expire meanwhile (410, after about 5 minutes), the collection is
 * read again as a single page, as client-go's pager does.
 *
 * @throws ClusterError `api-unavailable` when the response is not a list, or never ends
 */
export async function listAll<T>(client: Reader, path: string, options: ListOptions): Promise<T[]> {
  const { pageSize = PAGE, ...page } = options;
  const items: T[] = [];
  let next = '';
  for (let count = 0; count < MAX_PAGES; count++) {
    const query = { ...options.query, limit: pageSize, ...(next !== '' && { continue: next }) };
    try {
      const answer = await client.request('GET', path, { ...page, query });
      for (const item of itemsOf<T>(answer, client, path)) items.push(item);
      const following = textOf(fieldOf(answer, 'metadata', 'continue'));
      if (following === '') return items;
      if (following === next) break;
      next = following;
    } catch (error) {
      const expired = next !== '' && error instanceof ClusterError && error.status === 410;
      if (!expired) throw error;
      return itemsOf<T>(await client.request('GET', path, page), client, path);
    }
  }
  throw noList(client, path, 'pages without end');
}

/** Returns the items of a page. An empty list may omit them, or contain null. */
function itemsOf<T>(page: unknown, client: Reader, path: string): T[] {
  const items = fieldOf(page, 'items') ?? [];
  if (Array.isArray(items) && items.every(isMap)) return items as T[];
  throw noList(client, path, 'something that is not a list of objects');
}

function noList(client: Reader, path: string, what: string): ClusterError {
  const message = `answered GET ${path} with ${what}: it is not a Kubernetes API server`;
  return new ClusterError('api-unavailable', message, { cluster: client.name });
}
