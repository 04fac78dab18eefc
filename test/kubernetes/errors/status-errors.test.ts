import { describe, expect, test } from 'vitest';
import { statusError } from '../../../src/kubernetes/errors/status-errors.js';

/** Bodies as Kubernetes 1.34.4 sent them, unless a comment says otherwise; uninteresting fields are left out. */
function errorOf(code: number, status: object | string) {
  const body =
    typeof status === 'string'
      ? status
      : JSON.stringify({ kind: 'Status', apiVersion: 'v1', code, ...status });
  return statusError({ status: code, body }, 'eu-1', 'PATCH /api/v1/namespaces/default/configmaps/one');
}

describe('403 by an authorizer is permission-denied and says who may not do what, where', () => {
  test.each([
    [
      'deployments.apps is forbidden: User "weak" cannot list resource "deployments" in API group "apps" in the namespace "istio-system"',
      'user "weak" cannot list deployments.apps in namespace istio-system',
    ],
    [
      'nodes is forbidden: User "weak" cannot list resource "nodes" in API group "" at the cluster scope',
      'user "weak" cannot list nodes in the whole cluster',
    ],
    [
      'pods "istiod-1" is forbidden: User "weak" cannot create resource "pods/portforward" in API group "" in the namespace "istio-system"',
      'user "weak" cannot create pods/portforward in namespace istio-system',
    ],
    ['forbidden: User "weak" cannot get path "/metrics"', 'user "weak" cannot get the path /metrics'],
    // GKE: IAM appends its own reason.
    [
      'nodes is forbidden: User "a@example.com" cannot list resource "nodes" in API group "" at the cluster scope: requires one of ["container.nodes.list"] permission(s).',
      'user "a@example.com" cannot list nodes in the whole cluster',
    ],
  ])('%s', (message, words) => {
    expect(errorOf(403, { reason: 'Forbidden', message })).toMatchObject({
      code: 'permission-denied',
      transient: false,
      message: words,
      cluster: 'eu-1',
      status: 403,
    });
  });

  test('an anonymous user means that there are no credentials', () => {
    const message =
      'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope';
    expect(errorOf(403, { reason: 'Forbidden', message }).code).toBe('credentials-refused');
  });

  test('granting more than one holds says what to grant instead', () => {
    const message =
      'clusterroles.rbac.authorization.k8s.io "x" is forbidden: user "weak" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get"]}';
    const error = errorOf(403, { reason: 'Forbidden', message });
    expect(error.code).toBe('permission-denied');
    expect(error.action).toContain('escalate and bind');
  });
});

describe('403 by admission is request-rejected', () => {
  test.each([
    ['a quota', 'pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0'],
    ['pod security', 'pods "p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'],
    ['a limit range', 'pods "p" is forbidden: maximum cpu usage per Container is 100m, but limit is 2'],
    ['a webhook', 'admission webhook "deny.example.com" denied the request: User "x" is not liked'],
  ])('%s', (_, message) => {
    const error = errorOf(403, { reason: 'Forbidden', message });
    expect(error.code).toBe('request-rejected');
    expect(error.message).toContain(message);
  });

  test('unless it passes by itself: a namespace that is going away, or that has no ServiceAccount yet', () => {
    const terminating = {
      reason: 'Forbidden',
      message:
        'configmaps "one" is forbidden: unable to create new content in namespace x because it is being terminated',
      details: {
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace x is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    };
    const account = {
      reason: 'Forbidden',
      message:
        'pods "p" is forbidden: error looking up service account x/default: serviceaccount "default" not found',
    };
    expect([errorOf(403, terminating).code, errorOf(403, account).code]).toEqual([
      'api-unavailable',
      'api-unavailable',
    ]);
  });
});

describe('409', () => {
  test('a server-side apply conflict names every manager and field', () => {
    const error = errorOf(409, {
      reason: 'Conflict',
      message:
        'Apply failed with 2 conflicts: conflicts with "kubectl" using v1:\n- .data.a\nconflicts with "helm" using apps/v1:\n- .spec.replicas',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.data.a' },
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "helm" using apps/v1 at 2026-11-22T18:49:55Z',
            field: '.spec.replicas',
          },
        ],
      },
    });
    expect(error).toMatchObject({
      code: 'field-conflict',
      transient: false,
      message: 'other field managers own these fields: kubectl owns .data.a, helm owns .spec.replicas',
      conflicts: [
        { manager: 'kubectl', field: '.data.a' },
        { manager: 'helm', field: '.spec.replicas' },
      ],
    });
  });

  test('a write that came first is tried again, a name that is taken is not', () => {
    const lost = {
      reason: 'Conflict',
      message: 'Operation cannot be fulfilled on configmaps "one": the object has been modified',
    };
    const taken = { reason: 'AlreadyExists', message: 'configmaps "one" already exists' };
    expect([errorOf(409, lost).transient, errorOf(409, taken).transient]).toEqual([true, false]);
  });
});

describe('who is to act', () => {
  test.each([
    [401, { reason: 'Unauthorized', message: 'Unauthorized' }, 'credentials-refused'],
    [
      422,
      { reason: 'Invalid', message: 'Service "X_" is invalid: spec.ports: Required value' },
      'request-rejected',
    ],
    [
      400,
      { reason: 'BadRequest', message: 'PodDisruptionBudget in version "v1" cannot be handled' },
      'request-rejected',
    ],
    [404, { reason: 'NotFound', message: 'namespaces "nope" not found' }, 'request-rejected'],
    [404, '404 page not found', 'request-rejected'],
    [
      405,
      { reason: 'MethodNotAllowed', message: 'the server does not allow this method' },
      'request-rejected',
    ],
    [
      500,
      {
        message:
          'failed to create typed patch object (default/x; /v1, Kind=Service): .spec.portz: field not declared in schema',
      },
      'request-rejected',
    ],
    [
      500,
      {
        reason: 'InternalError',
        message: 'Internal error occurred: failed calling webhook "x": dial tcp: connection refused',
      },
      'api-unavailable',
    ],
    [
      503,
      { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
      'api-unavailable',
    ],
    [
      504,
      { reason: 'Timeout', message: 'Timeout: request did not complete within requested timeout' },
      'api-unavailable',
    ],
    [
      429,
      { reason: 'TooManyRequests', message: 'Too many requests, please try again later.' },
      'api-unavailable',
    ],
    [429, 'The request is throttled', 'api-unavailable'],
    [408, 'Request Timeout', 'api-unavailable'],
    [404, '<html>404 Not Found</html>', 'api-unavailable'],
    [404, '{"message":"no Route matched with those values"}', 'api-unavailable'],
    [407, '<html>Proxy Authentication Required</html>', 'cluster-not-usable'],
    [413, '<html>413 Request Entity Too Large</html>', 'api-unavailable'],
  ])('%i %j is %s', (code, status, expected) => {
    expect(errorOf(code, status).code).toBe(expected);
  });
});

test('a proxy that wants credentials says what to correct, and shows none', () => {
  const error = errorOf(407, '<p>Proxy-Authorization: Basic YW5uYTpnZWhlaW0= is wrong</p>');
  expect(error).toMatchObject({ code: 'cluster-not-usable', status: 407, transient: false });
  expect(error.message).toContain('a proxy answered 407 to PATCH');
  expect(error.message).not.toContain('YW5uY');
  expect(error.action).toMatch(/proxy-url of the kubeconfig or in HTTPS_PROXY/);
});

test('messages are bounded, and carry no credentials', () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
  const error = errorOf(422, { reason: 'Invalid', message: `${token} ${'is not valid '.repeat(1000)}` });
  expect(error.message.length).toBeLessThan(1200);
  expect(error.message).not.toContain('eyJ');
});
