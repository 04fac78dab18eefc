import type { Fault, Target } from './fault.js';
import {
  foreignFields,
  foreignObject,
  permissionGone,
  quota,
  refusingWebhook,
  type Sample,
} from './in-cluster.js';
import type { FaultName, Step } from './table.js';

/** Faults that are in the cluster, and differ from step to step: of what the step writes, or needs. */
export const STEP_FAULTS: Readonly<
  Partial<Record<Step, Readonly<Partial<Record<FaultName, (target: Target) => Fault>>>>>
> = {
  validate: {
    'permission gone': (target) =>
      permissionGone(target, { role: roleOf(target), ...INJECTORS, verb: 'patch' }),
    'field of another manager': (target) => foreignFields(target, DEFAULT, NOT_INJECTED),
  },
  'deploy-primary': {
    'permission gone': (target) =>
      permissionGone(target, { role: roleOf(target), ...CLUSTER_ROLES, verb: 'patch' }),
    'webhook that refuses': (target) => refusingWebhook(target, ruleOf(CLUSTER_ROLES), 'true', SOME_ROLE),
    'field of another manager': (target) =>
      foreignFields(target, `${RBAC}/clusterroles/istiod-clusterrole-istio-system`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'istiod-clusterrole-istio-system', labels: OTHER_PART },
      }),
    quota: (target) => quota(target, 'istio-system', { 'count/deployments.apps': '0' }, SOME_DEPLOYMENT),
  },
  'collect-endpoints': { 'permission gone': withoutListOfPods },
  'refresh-endpoints': { 'permission gone': withoutListOfPods },
  'prepare-namespace': {
    'permission gone': (target) =>
      permissionGone(target, {
        role: 'mesh-rollout-remote-istio-namespace',
        ...NAMESPACES,
        verb: 'patch',
        namespace: 'istio-system',
      }),
    'webhook that refuses': (target) =>
      refusingWebhook(target, ruleOf(NAMESPACES), 'request.name == "istio-system"', touching(ISTIO)),
    'field of another manager': (target) =>
      foreignFields(target, ISTIO, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'istio-system', labels: { 'topology.istio.io/network': 'elsewhere' } },
      }),
  },
  'install-remote': {
    'permission gone': (target) =>
      permissionGone(target, { role: roleOf(target), ...CLUSTER_ROLES, verb: 'patch' }),
    'webhook that refuses': (target) => refusingWebhook(target, ruleOf(CLUSTER_ROLES), 'true', SOME_ROLE),
    'field of another manager': (target) =>
      foreignFields(target, `${RBAC}/clusterroles/istio-reader-clusterrole-istio-system`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'istio-reader-clusterrole-istio-system', labels: OTHER_PART },
      }),
    quota: (target) =>
      quota(target, 'istio-system', { 'count/endpointslices.discovery.k8s.io': '0' }, SOME_SLICE),
  },
  'register-remote': {
    'permission gone': (target) =>
      permissionGone(target, {
        role: 'mesh-rollout-remote-istio-namespace',
        group: '',
        resource: 'secrets',
        verb: 'create',
        namespace: 'istio-system',
      }),
    'webhook that refuses': (target) =>
      refusingWebhook(target, { apiGroups: [''], resources: ['secrets'] }, 'true', SOME_SECRET),
    'field of another manager': (target) =>
      foreignObject(target, `${ISTIO}/secrets`, {
        metadata: { name: 'istio-reader-service-account-istio-remote-secret-token' },
      }),
    quota: (target) => quota(target, 'istio-system', { 'count/secrets': '0' }, SOME_SECRET),
  },
  'activate-injection': {
    'permission gone': (target) =>
      permissionGone(target, { role: roleOf(target), ...INJECTORS, verb: 'patch' }),
    // Nobody asks a webhook about webhook configurations.
    'webhook that refuses': (target) => refusingWebhook(target, PODS_RULE, 'true', SOME_POD),
    'field of another manager': (target) =>
      foreignFields(target, `${ADMISSION}/mutatingwebhookconfigurations/istio-sidecar-injector`, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'istio-sidecar-injector', labels: OTHER_PART },
      }),
    quota: smallQuota,
  },
  'verify-remote': {
    'permission gone': (target) =>
      permissionGone(target, {
        role: 'mesh-rollout-remote-istio-namespace',
        group: 'discovery.k8s.io',
        resource: 'endpointslices',
        verb: 'list',
        namespace: 'istio-system',
      }),
    'field of another manager': (target) =>
      foreignFields(target, `${SLICES}/istiod`, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'istiod' },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.255.255.1'] }],
      }),
  },
  'label-namespaces': {
    'permission gone': (target) =>
      permissionGone(target, {
        role: 'mesh-rollout-injected-namespace',
        ...NAMESPACES,
        verb: 'patch',
        namespace: 'default',
      }),
    'webhook that refuses': (target) =>
      refusingWebhook(target, ruleOf(NAMESPACES), 'request.name == "default"', touching(DEFAULT)),
    'field of another manager': (target) => foreignFields(target, DEFAULT, NOT_INJECTED),
    quota: smallQuota,
  },
  'verify-injection': {
    'permission gone': (target) =>
      permissionGone(target, {
        role: 'mesh-rollout-injected-namespace',
        group: '',
        resource: 'configmaps',
        verb: 'get',
        namespace: 'default',
      }),
    'webhook that refuses': (target) => refusingWebhook(target, PODS_RULE, 'true', SOME_POD),
    quota: smallQuota,
  },
};

const ISTIO = '/api/v1/namespaces/istio-system';
const DEFAULT = '/api/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices';

const NAMESPACES = { group: '', resource: 'namespaces' };
const CLUSTER_ROLES = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };
const INJECTORS = { group: 'admissionregistration.k8s.io', resource: 'mutatingwebhookconfigurations' };
const PODS_RULE = { apiGroups: [''], resources: ['pods'] };

/** A label of which the charts want another value. */
const OTHER_PART = { 'app.kubernetes.io/part-of': 'something-else' };
const NOT_INJECTED = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', labels: { 'istio-injection': 'disabled' } },
};

const metadata = { name: 'sample' };
const SOME_ROLE: Sample = { method: 'post', path: `${RBAC}/clusterroles`, body: { metadata } };
const SOME_SECRET: Sample = { method: 'post', path: `${ISTIO}/secrets`, body: { metadata } };
const SOME_SLICE: Sample = {
  method: 'post',
  path: SLICES,
  body: { metadata, addressType: 'IPv4', endpoints: [] },
};
const SOME_POD: Sample = {
  method: 'post',
  path: `${DEFAULT}/pods`,
  body: {
    metadata,
    spec: {
      containers: [{ name: 'app', image: 'app', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
    },
  },
};
const SOME_DEPLOYMENT: Sample = {
  method: 'post',
  path: '/apis/apps/v1/namespaces/istio-system/deployments',
  body: {
    metadata,
    spec: {
      selector: { matchLabels: { app: 'sample' } },
      template: {
        metadata: { labels: { app: 'sample' } },
        spec: { containers: [{ name: 'app', image: 'app' }] },
      },
    },
  },
};

function withoutListOfPods(target: Target): Fault {
  const list = { group: '', resource: 'pods', verb: 'list' };
  const namespace = 'istio-system';
  return permissionGone(
    target,
    { role: 'mesh-rollout-primary', ...list },
    { role: 'mesh-rollout-primary-istio-namespace', ...list, namespace },
  );
}

/** A quota that a Pod meets without a sidecar only. */
function smallQuota(target: Target): Fault {
  return quota(target, 'default', { 'requests.cpu': '50m', 'requests.memory': '64Mi' }, SOME_POD);
}

function roleOf({ cluster }: Target): string {
  return `mesh-rollout-${cluster.role}`;
}

function ruleOf({ group, resource }: { group: string; resource: string }) {
  return { apiGroups: [group], resources: [resource] };
}

/** A patch that changes nothing. */
function touching(path: string): Sample {
  return { method: 'patch', path, body: {} };
}
