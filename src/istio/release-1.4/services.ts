/** One of the three services of the primary that remotes reach by the addresses of its Pods. */
export interface ControlService {
  /** Which part of the control plane it is. */
  readonly part: ControlPart;
  /** Name of its headless Service, and of the Endpoints, in a remote. */
  readonly name: string;
  /** Selects its Pods in the primary; the guide's own selectors. */
  readonly selector: string;
  /** As both installers of Istio 1.4 name them (istio 1.4.3, base/templates/endpoints.yaml; templates/endpoints.yaml). */
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

export type ControlPart = 'pilot' | 'policy' | 'telemetry';

const MIXER_PORTS = [
  { name: 'grpc-mixer', port: 9091 },
  { name: 'grpc-mixer-mtls', port: 15004 },
  { name: 'http-monitoring', port: 15014 },
];

/** The services of the control plane of Istio 1.4 that remotes use, in the order of the guide. */
export const CONTROL_SERVICES: readonly ControlService[] = [
  {
    part: 'pilot',
    name: 'istio-pilot',
    selector: 'istio=pilot',
    ports: [
      { name: 'http-old-discovery', port: 15003 },
      { name: 'https-discovery', port: 15005 },
      { name: 'http-discovery', port: 15007 },
      { name: 'grpc-xds', port: 15010 },
      { name: 'https-xds', port: 15011 },
      { name: 'http-legacy-discovery', port: 8080 },
      { name: 'http-monitoring', port: 15014 },
    ],
  },
  { part: 'policy', name: 'istio-policy', selector: 'istio-mixer-type=policy', ports: MIXER_PORTS },
  {
    part: 'telemetry',
    name: 'istio-telemetry',
    selector: 'istio-mixer-type=telemetry',
    ports: [...MIXER_PORTS, { name: 'prometheus', port: 42422 }],
  },
];
