import { join } from 'node:path';
import { reservePort } from '../../network/ports.js';
import type { ProcessTable } from '../../processes/process-table.js';

/**
 * Starts the one etcd that all API servers of the lab share, and waits until it is healthy.
 *
 * @returns its URL.
 */
export async function startEtcd(
  processes: ProcessTable,
  command: string,
  directory: string,
): Promise<string> {
  const url = `http://127.0.0.1:${await reservePort()}`;
  const peerUrl = `http://127.0.0.1:${await reservePort()}`;
  const etcd = await processes.start({
    name: 'etcd',
    command,
    args: [
      `--data-dir=${join(directory, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // Nothing in a lab outlives the machine; a file system that is slow to sync must not slow every cluster down.
      '--unsafe-no-fsync',
      '--quota-backend-bytes=8589934592',
      '--log-level=warn',
    ],
    workingDirectory: directory,
    logFile: join(directory, 'logs', 'etcd.log'),
  });
  await etcd.waitUntil('to be healthy', async () => ((await fetch(`${url}/health`)).ok ? true : undefined));
  return url;
}
