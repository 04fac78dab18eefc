import { describe, expect, test } from 'vitest';
import {
  checkAttachment,
  checkCIDRs,
  checkMesh,
  checkNamespace,
  checkPermissions,
  checkTool,
  checkVersion,
} from '../../activities/preflight-checks.js';
import { FINDINGS } from '../../src/rollout/codes.js';
import type { Finding } from '../../src/rollout/findings.js';

const brief = (findings: Finding[]) => findings.map(({ code, severity }) => `${severity} ${code}`);
const namespace = (metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'istio-system', ...metadata },
});
const version = (minor: string) => ({ gitVersion: `v${minor}.4`, minor });

describe('Kubernetes version', () => {
  test.each([
    ['1.31', ['block kubernetes-version-unsupported']],
    ['1.32', []],
    ['1.36', []],
    ['1.37', ['warn kubernetes-version-untested']],
  ])('%s', (minor, expected) => {
    expect(brief(checkVersion('eu-1', version(minor), '1.31'))).toEqual(expected);
  });

  test('the finding says which versions are supported', () => {
    const [finding] = checkVersion('eu-1', version('1.31'), '1.31');
    expect(finding).toEqual({
      code: 'kubernetes-version-unsupported',
      severity: 'block',
      cluster: 'eu-1',
      what: 'eu-1 runs Kubernetes v1.31.4; Istio 1.31 supports 1.32 to 1.36',
      where: '/version',
      action: FINDINGS['kubernetes-version-unsupported'].action,
    });
  });
});

test('unknown CIDRs are named', () => {
  const cidrs = { podCIDRs: [], serviceCIDRs: ['10.96.0.0/12'] };
  expect(checkCIDRs('eu-1', cidrs)).toMatchObject([
    { severity: 'warn', what: 'the pod CIDRs of eu-1 cannot be found out' },
  ]);
  expect(checkCIDRs('eu-1', { ...cidrs, podCIDRs: ['10.244.0.0/16'] })).toEqual([]);
});

test('missing permissions are one finding each for what holds and for what does not', () => {
  const missing = [
    { verb: 'create', resource: 'deployments.apps', namespace: 'istio-system', dispensable: false },
    { verb: 'patch', resource: 'deployments.apps', namespace: 'istio-system', dispensable: false },
    { verb: 'list', resource: 'nodes', dispensable: true },
  ];
  expect(checkPermissions('eu-1', missing)).toMatchObject([
    {
      severity: 'block',
      what: 'the credentials for eu-1 may not create, patch deployments.apps in istio-system',
    },
    { severity: 'warn', what: 'the credentials for eu-1 may not list nodes' },
  ]);
});

describe('attachment of a remote', () => {
  const annotated = (value: string) =>
    namespace({ annotations: { 'topology.istio.io/controlPlaneClusters': value } });
  test.each([
    ['no namespace', undefined, []],
    ['no annotation', namespace(), []],
    ['this primary', annotated('hub'), []],
    ['every primary', annotated('*'), []],
    ['another primary', annotated('other'), ['block attached-elsewhere']],
    ['this and another primary', annotated('hub, other'), ['block attached-elsewhere']],
  ])('%s', (_, live, expected) => {
    expect(brief(checkAttachment('eu-1', live, 'hub'))).toEqual(expected);
  });
});

test('a primary belongs to one mesh', () => {
  const owned = namespace({ annotations: { 'mesh-rollout.dev/mesh': 'other' } });
  expect(brief(checkMesh('hub', owned, 'shop'))).toEqual(['block mesh-mismatch']);
  expect([
    checkMesh('hub', owned, 'other'),
    checkMesh('hub', namespace(), 'shop'),
    checkMesh('hub', undefined, 'shop'),
  ]).toEqual([[], [], []]);
});

describe('a namespace to label', () => {
  const labelled = (labels: Record<string, string>, more: object = {}) => namespace({ labels, ...more });
  test.each([
    ['without labels', 'enabled', labelled({}), []],
    ['labelled already', 'enabled', labelled({ 'istio-injection': 'enabled' }), []],
    [
      'switched off',
      'enabled',
      labelled({ 'istio-injection': 'disabled' }),
      ['block namespace-label-conflict'],
    ],
    [
      'with a revision',
      'enabled',
      labelled({ 'istio.io/rev': 'canary' }),
      ['block namespace-label-conflict'],
    ],
    [
      'with both',
      'enabled',
      labelled({ 'istio-injection': 'enabled', 'istio.io/rev': 'canary' }),
      ['block namespace-label-conflict'],
    ],
    ['with the revision', 'canary', labelled({ 'istio.io/rev': 'canary' }), []],
    [
      'with another revision',
      'canary',
      labelled({ 'istio.io/rev': 'stable' }),
      ['block namespace-label-conflict'],
    ],
    [
      'injected by default',
      'canary',
      labelled({ 'istio-injection': 'enabled' }),
      ['block namespace-label-conflict'],
    ],
    ['missing', 'enabled', undefined, ['block namespace-missing']],
    [
      'going away',
      'enabled',
      { ...labelled({}), status: { phase: 'Terminating' } },
      ['block namespace-missing'],
    ],
  ])('%s (%s)', (_, injection, live, expected) => {
    expect(brief(checkNamespace('eu-1', { name: 'default', injection }, live))).toEqual(expected);
  });

  test('a label that only an earlier rollout has set is no conflict', () => {
    const fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:istio-injection': {} } } };
    const owned = (manager: string) =>
      labelled(
        { 'istio-injection': 'enabled' },
        { managedFields: [{ manager, operation: 'Apply', fieldsV1 }] },
      );
    expect(checkNamespace('eu-1', { name: 'default', injection: 'canary' }, owned('mesh-rollout'))).toEqual(
      [],
    );
    expect(checkNamespace('eu-1', { name: 'default', injection: 'canary' }, owned('kubectl'))).toHaveLength(
      1,
    );
  });
});

test.each([
  ['1.31.0', []],
  ['1.31-alpha.1', []],
  ['1.31', []],
  ['1.30.3', ['block tool-release-mismatch']],
  ['1.310.0', ['block tool-release-mismatch']],
  ['unknown', ['block tool-release-mismatch']],
])('istioctl %s for release 1.31', (tool, expected) => {
  expect(brief(checkTool('hub', '1.31', tool, '/usr/bin/istioctl'))).toEqual(expected);
});
