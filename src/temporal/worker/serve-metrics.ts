import { type Endpoint, listen } from '../../base/listen.js';
import type { WorkerMetrics } from './worker-metrics.js';

/**
 * Serves `GET /metrics` of a worker without a token, because no metric names a mesh or a cluster.
 * @param address `port` 0 = any free one
 * @throws Error when it cannot listen on the address
 */
export async function serveMetrics(
  metrics: Pick<WorkerMetrics, 'scrape' | 'contentType'>,
  address: { readonly host: string; readonly port: number },
): Promise<Endpoint> {
  return await listen(address, (request, response) => {
    const isScrape = request.method === 'GET' && request.url?.split('?', 1)[0] === '/metrics';
    if (!isScrape) return void response.writeHead(404).end();
    metrics.scrape().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
