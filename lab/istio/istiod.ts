import { argumentsBelow, containerOf, type Pod } from '../pods/pod.js';
import { answers, type PodProgram } from '../pods/pod-program.js';
import { pathOf, type SomeToolPaths, type ToolName } from '../tools/tool-names.js';

/** pilot-discovery's listeners: the flag that moves each, and the port it has in a Pod. */
const LISTENERS = [
  { flag: '--httpAddr', port: 8080 },
  { flag: '--grpcAddr', port: 15010 },
  { flag: '--secureGRPCAddr', port: 15012 },
  { flag: '--monitoringAddr', port: 15014 },
  { flag: '--httpsAddr', port: 15017 },
] as const;

const CONTROL_Z_PORT = 9876;
const CONTAINER = 'discovery';

/**
 * istiod: it runs in the release of its Pod's image. Mesh config and injection templates are no files here: istiod reads
 * these ConfigMaps from the API server. SIGTERM lets it return its leader elections.
 */
export function istiodProgram(tools: SomeToolPaths): PodProgram {
  return {
    name: 'istiod',
    label: 'app=istiod',
    container: CONTAINER,
    ports: [...LISTENERS.map(({ port }) => port), CONTROL_Z_PORT],
    mounts: ['secrets'],
    graceMilliseconds: 5_000,
    command: (pod: Pod) => pathOf(tools, istiodTool(containerOf(pod, CONTAINER).image)),
    arguments: (pod, { root, kubeconfig, ports }) => {
      const own = argumentsBelow(root, containerOf(pod, CONTAINER));
      return [
        ...(own.length > 0 ? own : ['discovery']),
        `--kubeconfig=${kubeconfig}`,
        ...LISTENERS.map(({ flag, port }) => `${flag}=127.0.0.1:${ports.get(port)}`),
        '--ctrlz_address=127.0.0.1',
        `--ctrlz_port=${ports.get(CONTROL_Z_PORT)}`,
      ];
    },
    isReady: ({ ports }) => answers(ports.get(8080), '/ready'),
  };
}

/** The program for an image, by its tag: `…/pilot:1.30.2-distroless` is 1.30; every other is today's. */
export function istiodTool(image: string): ToolName {
  const [, tag = ''] = /:([^/:@]+)(@.*)?$/.exec(image) ?? [];
  return /^1\.30(\D|$)/.test(tag) ? 'pilot-discovery-1.30' : 'pilot-discovery';
}
