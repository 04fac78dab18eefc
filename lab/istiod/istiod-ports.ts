import type { PodPorts } from '../network/cluster-network.js';
import { reservePort } from '../network/ports.js';

/** pilot-discovery's listeners: the flag that moves each, and the port it has in a Pod. */
const LISTENERS = [
  { flag: '--httpAddr', port: 8080 },
  { flag: '--grpcAddr', port: 15010 },
  { flag: '--secureGRPCAddr', port: 15012 },
  { flag: '--monitoringAddr', port: 15014 },
  { flag: '--httpsAddr', port: 15017 },
] as const;

const CONTROL_Z_PORT = 9876;

/** Reserves a port on 127.0.0.1 for each of istiod's. */
export async function reserveIstiodPorts(): Promise<PodPorts> {
  const ports = new Map<number, number>();
  for (const { port } of LISTENERS) ports.set(port, await reservePort());
  return ports.set(CONTROL_Z_PORT, await reservePort());
}

/** Arguments of `pilot-discovery discovery` that make it listen there; they win over the Pod's own when they follow them. */
export function listenArguments(ports: PodPorts): string[] {
  const listeners = LISTENERS.map(({ flag, port }) => `${flag}=127.0.0.1:${ports.get(port)}`);
  return [...listeners, '--ctrlz_address=127.0.0.1', `--ctrlz_port=${ports.get(CONTROL_Z_PORT)}`];
}

/** Asks istiod whether it is ready, as the readiness probe of Istio's chart does. */
export async function isReady(ports: PodPorts): Promise<boolean> {
  const signal = AbortSignal.timeout(5_000);
  try {
    const response = await fetch(`http://127.0.0.1:${ports.get(8080)}/ready`, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
