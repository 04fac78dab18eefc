import { describe, expect, it } from 'vitest';
import { findProxy, judgePod, judgeRefusal } from '../../../src/istio/inject/injection-probe.js';
import { ClusterError } from '../../../src/kubernetes/errors/cluster-error.js';

const env = (cluster: string) => [{ name: 'ISTIO_META_CLUSTER_ID', value: cluster }];
const app = { name: 'probe' };

describe('judgePod', () => {
  it('is content with the sidecar of the cluster, also as a native one', () => {
    const proxy = { name: 'istio-proxy', env: env('eu-1') };
    judgePod({ containers: [app, proxy] }, 'default', 'eu-1');
    judgePod({ containers: [app], initContainers: [proxy] }, 'default', 'eu-1');
  });

  it('fails when there is no sidecar', () => {
    expect(() => judgePod({ containers: [app] }, 'default', 'eu-1')).toThrow(
      expect.objectContaining({ code: 'injection-missing', cluster: 'eu-1' }),
    );
  });

  it('fails when the sidecar takes the cluster for another one', () => {
    const spec = { containers: [{ name: 'istio-proxy', env: env('Kubernetes') }] };
    expect(() => judgePod(spec, 'default', 'eu-1')).toThrow('takes the cluster for Kubernetes');
    expect(() => judgePod({ containers: [{ name: 'istio-proxy' }] }, 'default', 'eu-1')).toThrow('for none');
  });
});

describe('findProxy', () => {
  it('does not take every container of Istio for the sidecar', () => {
    expect(findProxy({ containers: [app], initContainers: [{ name: 'istio-init' }] })).toBeUndefined();
  });
});

/** Answers of Kubernetes 1.34.4 to a dry-run Pod, as ClusterClient reports them. */
const RECORDED = {
  restricted:
    'answered 403 to POST /api/v1/namespaces/a/pods: pods "p" is forbidden: violates PodSecurity "restricted:latest": unrestricted capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add), runAsNonRoot != true (container "istio-init" must not set securityContext.runAsNonRoot=false), runAsUser=0 (container "istio-init" must not set runAsUser=0)',
  baseline:
    'answered 403 to POST /api/v1/namespaces/a/pods: pods "p" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add)',
  quota:
    'answered 403 to POST /api/v1/namespaces/quota/pods: pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
  limitRange:
    'answered 403 to POST /api/v1/namespaces/limit/pods: pods "p" is forbidden: [maximum cpu usage per Container is 5m, but limit is 10m, maximum cpu usage per Container is 5m, but limit is 2]',
  policy:
    "answered 422 to POST /api/v1/namespaces/vap/pods: pods \"p\" is forbidden: ValidatingAdmissionPolicy 'onlymine' with binding 'onlymine' denied request: images come from registry.example",
  injector:
    'answered 500 to POST /api/v1/namespaces/a/pods: Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject/cluster/eu-1/net/network1?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  otherWebhook:
    'answered 500 to POST /api/v1/namespaces/a/pods: Internal error occurred: failed calling webhook "policy.example.com": no endpoints available',
};

const refusal = (
  message: string,
  status: number,
  code: 'request-rejected' | 'api-unavailable' | 'permission-denied',
) => new ClusterError(code, message, { cluster: 'eu-1', status });

describe('judgeRefusal', () => {
  it.each([
    ['restricted', 403],
    ['baseline', 403],
    ['quota', 403],
    ['limitRange', 403],
    ['policy', 422],
  ] as const)('leaves a refusal by %s to the Pod without a sidecar', (policy, status) => {
    const error = refusal(RECORDED[policy], status, 'request-rejected');
    expect(judgeRefusal(error, 'a', 'eu-1')).toBeUndefined();
  });

  it('waits for an injector that cannot be called', () => {
    const error = refusal(RECORDED.injector, 500, 'api-unavailable');
    expect(() => judgeRefusal(error, 'a', 'eu-1')).toThrow(
      expect.objectContaining({ code: 'injection-missing' }),
    );
  });

  it('leaves other failures what they are', () => {
    const unavailable = refusal(RECORDED.otherWebhook, 500, 'api-unavailable');
    expect(() => judgeRefusal(unavailable, 'a', 'eu-1')).toThrow(unavailable);
    const denied = refusal('user "u" cannot create pods in namespace a', 403, 'permission-denied');
    expect(() => judgeRefusal(denied, 'a', 'eu-1')).toThrow(denied);
  });

  it('says so when the namespace is gone', () => {
    const error = refusal('answered 404 to POST /api/v1/namespaces/a/pods', 404, 'request-rejected');
    expect(() => judgeRefusal(error, 'a', 'eu-1')).toThrow(
      expect.objectContaining({ code: 'namespace-not-ready' }),
    );
  });
});
