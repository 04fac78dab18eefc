import { describe, expect, test } from 'vitest';
import {
  checkAttachment,
  checkCIDRs,
  checkMesh,
  checkNamespace,
  checkPermissions,
  checkRegistrations,
  checkRoot,
  checkRunningControlPlane,
  checkTaken,
  checkVersion,
} from '../../../src/istio/checks/preflight-checks.js';
import type { RunningControlPlane } from '../../../src/istio/control-plane/primary-identity.js';
import type { Finding } from '../../../src/rollout/checks/findings.js';
import { FINDINGS } from '../../../src/rollout/codes.js';

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
    ['1.32', ['block kubernetes-version-unsupported']],
    ['1.33', []],
    ['1.36', []],
    ['1.37', ['warn kubernetes-version-untested']],
  ])('%s', (minor, expected) => {
    expect(brief(checkVersion('eu-1', version(minor), '1.31'))).toEqual(expected);
  });

  test('the finding says which versions work, and why an older one does not', () => {
    const [finding] = checkVersion('eu-1', version('1.32'), '1.31');
    expect(finding).toEqual({
      code: 'kubernetes-version-unsupported',
      severity: 'block',
      cluster: 'eu-1',
      what: 'eu-1 runs Kubernetes v1.32.4; Istio 1.31 needs 1.33 to 1.36: up to 1.32, an API server with --enable-aggregator-routing finds webhooks by Endpoints only, and the rollout writes EndpointSlices',
      where: '/version',
      action: FINDINGS['kubernetes-version-unsupported'].action,
    });
  });
});

test('unknown CIDRs are named, with what is known about why', () => {
  const what = (unknown: Parameters<typeof checkCIDRs>[1]) =>
    checkCIDRs('eu-1', unknown).map(({ severity, what }) => `${severity}: ${what}`);
  expect(what({})).toEqual([]);
  expect(what({ pod: [] })).toEqual(['warn: the pod CIDRs of eu-1 cannot be found out']);
  expect(what({ pod: ['a', 'b'], service: ['b', 'c'] })).toEqual([
    'warn: the pod CIDRs and service CIDRs of eu-1 cannot be found out: a; b; c',
  ]);
});

test('missing permissions are one finding each for what holds and for what does not', () => {
  const missing = [
    { verb: 'create', resource: 'deployments.apps', namespace: 'istio-system', optional: false },
    { verb: 'patch', resource: 'deployments.apps', namespace: 'istio-system', optional: false },
    { verb: 'list', resource: 'nodes', optional: true },
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

describe('a cluster that belongs to others', () => {
  const none = {};
  test.each([
    ['nobody else', undefined, none, []],
    [
      'an istiod of its own',
      'Deployment istio-system/istiod of revision own',
      none,
      ['block own-control-plane'],
    ],
    [
      'a default tag of another revision',
      undefined,
      { defaultTag: 'tag of own' },
      ['block default-tag-elsewhere'],
    ],
    ['an injector of another mesh', undefined, { otherMesh: 'injector' }, ['block injector-elsewhere']],
  ])('%s', (_, own, injectors, expected) => {
    expect(brief(checkTaken('eu-1', own, injectors))).toEqual(expected);
  });

  test('has the root certificate of another mesh, unless it names this primary already', () => {
    const roots = { own: 'theirs', mesh: 'ours' };
    const named = namespace({ annotations: { 'topology.istio.io/controlPlaneClusters': 'hub' } });
    expect(brief(checkRoot('eu-1', namespace({}), 'hub', roots))).toEqual([
      'block root-certificate-elsewhere',
    ]);
    expect(brief(checkRoot('eu-1', namespace({}), 'hub', { ...roots, mesh: undefined }))).toHaveLength(1);
    expect(checkRoot('eu-1', namespace({}), 'hub', { own: 'ours\n', mesh: 'ours' })).toEqual([]);
    expect(checkRoot('eu-1', named, 'hub', roots)).toEqual([]);
    expect(checkRoot('eu-1', namespace({}), 'hub', { ...roots, own: undefined })).toEqual([]);
    expect(checkRoot('eu-1', undefined, 'hub', roots)).toEqual([]);
  });

  test('is registered in the primary under another name', () => {
    const others = [{ secret: 'by-hand', cluster: 'europe', by: 'server' }] as const;
    expect(checkRegistrations('eu-1', 'istio-system', others)).toMatchObject([
      {
        code: 'registered-twice',
        severity: 'block',
        what: 'the primary registers eu-1 a second time, as europe, with the same server',
        where: 'Secret istio-system/by-hand of the primary',
      },
    ]);
  });
});

describe('a control plane that runs on the primary already', () => {
  const wanted = {
    'cluster name': 'hub',
    meshID: 'shop',
    network: 'network1',
    'trust domain': 'cluster.local',
  };
  const running = (changes: object = {}, version = '1.31.0') => ({
    version,
    identity: { ...wanted, ...changes },
  });
  const check = (
    live: RunningControlPlane | undefined,
    isOwned = true,
    tool: string | undefined = '1.31.2',
  ) => checkRunningControlPlane('hub', live, wanted, tool, isOwned);

  test.each([
    ['is none', undefined, true, []],
    ['is the same', running(), true, []],
    ['has another cluster name', running({ 'cluster name': 'Kubernetes' }), true, ['block primary-differs']],
    ['has another mesh ID', running({ meshID: 'office' }), true, ['block primary-differs']],
    ['has another network', running({ network: 'network2' }), true, ['block primary-differs']],
    ['has another trust domain', running({ 'trust domain': 'corp' }), true, ['block primary-differs']],
    ['is of another patch, and nobody has rolled it out', running(), false, ['block primary-differs']],
    ['is of another minor', running({}, '1.30.4'), true, ['block minor-change-in-place']],
    ['does not tell its version', running({}, 'unknown'), true, []],
  ])('%s', (_, live, isOwned, expected) => {
    expect(brief(check(live, isOwned))).toEqual(expected);
  });

  test('is told with every difference', () => {
    const [finding] = check(running({ meshID: 'office', network: 'network2' }));
    expect(finding?.what).toBe('hub: its meshID is office, not shop; its network is network2, not network1');
  });
});

test.each([
  ['baseline', false, ['block sidecar-forbidden']],
  ['restricted', false, ['block sidecar-forbidden']],
  ['privileged', false, []],
  ['restricted', true, []],
])('a namespace of pod security %s, Istio CNI %s', (level, cni, expected) => {
  const live = namespace({ labels: { 'pod-security.kubernetes.io/enforce': level } });
  expect(brief(checkNamespace('eu-1', { name: 'default', injection: 'enabled' }, live, cni))).toEqual(
    expected,
  );
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
    expect(brief(checkNamespace('eu-1', { name: 'default', injection }, live, false))).toEqual(expected);
  });

  test('a label that only an earlier rollout has set is no conflict', () => {
    const fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:istio-injection': {} } } };
    const owned = (manager: string) =>
      labelled(
        { 'istio-injection': 'enabled' },
        { managedFields: [{ manager, operation: 'Apply', fieldsV1 }] },
      );
    const canary = { name: 'default', injection: 'canary' };
    expect(checkNamespace('eu-1', canary, owned('mesh-rollout'), false)).toEqual([]);
    expect(checkNamespace('eu-1', canary, owned('kubectl'), false)).toHaveLength(1);
  });
});
