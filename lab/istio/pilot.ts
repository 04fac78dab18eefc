import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { argumentsBelow, containerOf } from '../pods/pod.js';
import { answers, type PodProgram } from '../pods/pod-program.js';
import { pathOf, type SomeToolPaths } from '../tools/tool-names.js';

const CONTAINER = 'discovery';
const CONFIG = '/etc/istio/config';
const CONTROL_Z_PORT = 9876;

/**
 * Istio 1.4's pilot. Its Pod gets its configuration from galley, of which the lab runs no process: here pilot reads it from
 * the API server itself. Its Pod's sidecar, which serves TLS on 15011, does not run either.
 */
export function pilotProgram(tools: SomeToolPaths): PodProgram {
  return {
    name: 'pilot',
    label: 'istio=pilot',
    container: CONTAINER,
    ports: [8080, 15010, 15014, CONTROL_Z_PORT],
    mounts: ['secrets', 'configmaps'],
    graceMilliseconds: 1_000,
    command: () => pathOf(tools, 'pilot-discovery-1.4'),
    arguments: (pod, { root, kubeconfig, ports }) => [
      ...argumentsBelow(root, containerOf(pod, CONTAINER)),
      `--kubeconfig=${kubeconfig}`,
      `--meshConfig=${join(root, CONFIG, 'mesh')}`,
      `--networksConfig=${join(root, CONFIG, 'meshNetworks')}`,
      `--httpAddr=127.0.0.1:${ports.get(8080)}`,
      `--grpcAddr=127.0.0.1:${ports.get(15010)}`,
      '--secureGrpcAddr=',
      `--monitoringAddr=127.0.0.1:${ports.get(15014)}`,
      '--ctrlz_address=127.0.0.1',
      `--ctrlz_port=${ports.get(CONTROL_Z_PORT)}`,
    ],
    adapt: (path, text) => (path === join(CONFIG, 'mesh') ? withoutSources(text) : text),
    isReady: ({ ports }) => answers(ports.get(8080), '/ready'),
  };
}

/** A mesh configuration without the sources of its configuration: with them pilot waits for galley and is never ready. */
function withoutSources(mesh: string): string {
  // Not parsed to values and written again: pilot reads YAML 1.1, in which an unquoted OFF is a boolean.
  const document = parseDocument(mesh);
  // As istioctl's charts and as Helm's have it.
  for (const key of ['config_sources', 'configSources']) document.delete(key);
  return document.toString();
}
