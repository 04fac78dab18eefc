import { argumentsBelow, containerOf } from '../pods/pod.js';
import { answers, type PodProgram } from '../pods/pod-program.js';
import { pathOf, type SomeToolPaths } from '../tools/tool-names.js';

const CONTAINER = 'citadel';
const GRPC_PORT = 8060;
const MONITORING_PORT = 15014;
const CONTROL_Z_PORT = 9876;

/**
 * Istio 1.4's citadel, which signs a certificate for each ServiceAccount. It listens on all addresses of this machine: there
 * is no flag that keeps it on 127.0.0.1.
 */
export function citadelProgram(tools: SomeToolPaths): PodProgram {
  return {
    name: 'citadel',
    label: 'istio=citadel',
    container: CONTAINER,
    ports: [GRPC_PORT, MONITORING_PORT, CONTROL_Z_PORT],
    mounts: ['secrets'],
    graceMilliseconds: 1_000,
    command: () => pathOf(tools, 'istio_ca-1.4'),
    arguments: (pod, { root, kubeconfig, ports }) => [
      ...argumentsBelow(root, containerOf(pod, CONTAINER)),
      `--kube-config=${kubeconfig}`,
      `--grpc-port=${ports.get(GRPC_PORT)}`,
      `--monitoring-port=${ports.get(MONITORING_PORT)}`,
      '--ctrlz_address=127.0.0.1',
      `--ctrlz_port=${ports.get(CONTROL_Z_PORT)}`,
    ],
    isReady: ({ ports }) => answers(ports.get(MONITORING_PORT), '/metrics'),
  };
}
