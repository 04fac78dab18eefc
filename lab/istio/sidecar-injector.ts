import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { argumentsBelow, containerOf } from '../pods/pod.js';
import type { PodProgram } from '../pods/pod-program.js';
import { pathOf, type SomeToolPaths } from '../tools/tool-names.js';

const CONTAINER = 'sidecar-injector-webhook';
const WEBHOOK_PORT = 443;
const MONITORING_PORT = 15014;
const HEALTH_FILE = '/health';
/** As the readiness probe of its chart has it. */
const HEALTHY_MILLISECONDS = 4_000;

/**
 * Istio 1.4's sidecar injector. Its Pod waits for the Secret that citadel makes for it. It listens on all addresses of this
 * machine: there is no flag that keeps it on 127.0.0.1.
 */
export function sidecarInjectorProgram(tools: SomeToolPaths): PodProgram {
  return {
    name: 'sidecar-injector',
    label: 'istio=sidecar-injector',
    container: CONTAINER,
    ports: [WEBHOOK_PORT, MONITORING_PORT],
    mounts: ['secrets', 'configmaps'],
    service: { name: 'istio-sidecar-injector', port: WEBHOOK_PORT },
    graceMilliseconds: 1_000,
    command: () => pathOf(tools, 'sidecar-injector-1.4'),
    arguments: (pod, { root, kubeconfig, ports }) => [
      ...argumentsBelow(root, containerOf(pod, CONTAINER)),
      `--kubeconfig=${kubeconfig}`,
      `--injectValues=${join(root, '/etc/istio/inject/values')}`,
      '--healthCheckInterval=1s',
      `--healthCheckFile=${join(root, HEALTH_FILE)}`,
      `--port=${ports.get(WEBHOOK_PORT)}`,
      `--monitoringPort=${ports.get(MONITORING_PORT)}`,
    ],
    isReady: async ({ root }) => isFresh(join(root, HEALTH_FILE)),
  };
}

/** Whether the injector has just touched its health file. */
async function isFresh(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && Date.now() - file.mtimeMs < HEALTHY_MILLISECONDS;
}
