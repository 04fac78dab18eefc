import type { PodPorts } from '../network/cluster-network.js';
import { reservePort } from '../network/ports.js';

/** Reserves a port on 127.0.0.1 for each of a Pod's. */
export async function reservePodPorts(ports: readonly number[]): Promise<PodPorts> {
  const reserved = new Map<number, number>();
  for (const port of ports) reserved.set(port, await reservePort());
  return reserved;
}
