import type { Step } from './table.js';

type ByStep = Readonly<Partial<Record<Step, RegExp>>>;

/** A request that a step sends before it comes to anything that it could be kept from. Other steps may send it too. */
export const FIRST_REQUESTS: ByStep = {
  validate: /^GET \/version$/,
  'deploy-primary': /^GET \/api\/v1\/namespaces\/istio-system$/,
  'collect-endpoints': /^GET \/api\/v1\/namespaces\/istio-system\/pods\?/,
  'refresh-endpoints': /^GET \/api\/v1\/namespaces\/istio-system\/pods\?/,
  'prepare-namespace': /^GET \/api\/v1\/namespaces\/istio-system$/,
  'install-remote': /^GET .*\/mutatingwebhookconfigurations\/istio-sidecar-injector$/,
  'register-remote': /^GET .*\/secrets\/istio-reader-/,
  'activate-injection': /^GET .*\/istio-system\/configmaps\/istio-ca-root-cert$/,
  'verify-remote': /^GET .*\/endpointslices\?/,
  'label-namespaces': /^GET \/api\/v1\/namespaces\/default$/,
  'verify-injection': /^POST .*\/namespaces\/default\/pods\?/,
};

/** The first request with which a step writes. */
export const FIRST_WRITES: ByStep = {
  'deploy-primary': /^PATCH .*\/clusterroles\//,
  'prepare-namespace': /^PATCH \/api\/v1\/namespaces\/istio-system\?/,
  'install-remote': /^PATCH .*\/clusterroles\//,
  'register-remote': /^PATCH .*\/secrets\/istio-reader-/,
  'activate-injection': /^PATCH .*\/mutatingwebhookconfigurations\//,
  'label-namespaces': /^PATCH \/api\/v1\/namespaces\/default\?/,
};
