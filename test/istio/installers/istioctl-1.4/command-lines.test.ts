import { describe, expect, it } from 'vitest';
import {
  PRIMARY_ADDITIONS,
  REMOTE_ADDITIONS,
} from '../../../../src/istio/installers/istioctl-1.4/additions.js';
import {
  type CommandLine,
  primaryCommand,
  remoteCommand,
} from '../../../../src/istio/installers/istioctl-1.4/command-lines.js';
import { argumentsOf, isPlainText } from '../../../../src/istio/installers/istioctl-1.4/settings.js';
import { failureOf } from '../../../kubernetes/support/failure-of.js';

const ADDRESSES = { pilot: '10.24.0.5', policy: '10.24.0.6', telemetry: '10.24.0.7' };
const remote = (changes: { cluster?: string; istioNamespace?: string; values?: object } = {}) =>
  remoteCommand({
    cluster: 'eu-1',
    istioNamespace: 'istio-system',
    addresses: ADDRESSES,
    values: {},
    ...(changes as object),
  });
const texts = ({ settings }: CommandLine) => settings.map(({ path, value }) => `${path}=${value}`);

describe('remoteCommand', () => {
  it("is the guide's own command, then the additions", () => {
    expect(texts(remote())).toEqual([
      'profile=remote',
      'values.global.remotePilotAddress=10.24.0.5',
      'values.global.remotePolicyAddress=10.24.0.6',
      'values.global.remoteTelemetryAddress=10.24.0.7',
      'values.global.createRemoteSvcEndpoints=true',
      'values.global.remotePilotCreateSvcEndpoint=true',
      'autoInjection.enabled=true',
      'gateways.enabled=false',
      'values.global.controlPlaneSecurityEnabled=false',
      'hub=docker.io/istio',
      'tag=1.4.3',
      'values.global.multiCluster.clusterName=eu-1',
    ]);
    expect(argumentsOf(remote().settings).slice(0, 4)).toEqual([
      '--set',
      'profile=remote',
      '--set',
      'values.global.remotePilotAddress=10.24.0.5',
    ]);
  });

  it("has the user's values in the file only", () => {
    const values = { global: { tag: '1.4.10' } };
    const line = remote({ values });
    expect(line.file).toEqual({
      apiVersion: 'install.istio.io/v1alpha2',
      kind: 'IstioControlPlane',
      spec: { values },
    });
    expect(texts(line)).toEqual(texts(remote()));
  });

  it('names another namespace of Istio', () => {
    expect(texts(remote({ istioNamespace: 'mesh' }))).toContain('defaultNamespace=mesh');
  });

  it('puts a name that istioctl would take for a number into the file', () => {
    const line = remote({ cluster: '123', values: { global: { proxy: { logLevel: 'debug' } } } });
    expect(texts(line).join()).not.toContain('clusterName');
    expect(line.file.spec.values).toEqual({
      global: { proxy: { logLevel: 'debug' }, multiCluster: { clusterName: '123' } },
    });
  });

  it('refuses a namespace that istioctl would take for a number', async () => {
    const refused = Promise.resolve().then(() => remote({ istioNamespace: '123' }));
    expect(await failureOf(refused)).toMatchObject({ code: 'render-failed' });
  });
});

it("primaryCommand is the guide's own command: the default profile, and images of the release", () => {
  const line = primaryCommand({ profile: 'default', istioNamespace: 'istio-system', values: {} });
  expect(texts(line)).toEqual(['hub=docker.io/istio', 'tag=1.4.3']);
  const demo = primaryCommand({ profile: 'demo', istioNamespace: 'mesh', values: {} });
  expect(texts(demo)).toEqual(['profile=demo', 'hub=docker.io/istio', 'tag=1.4.3', 'defaultNamespace=mesh']);
});

it.each([...PRIMARY_ADDITIONS, ...REMOTE_ADDITIONS])(
  '$path has a reason, and arrives as it is',
  (addition) => {
    expect(addition.reason).toMatch(/^Without it .*\.$/);
    expect(addition.value).toMatch(/^[\w./:@-]+$/);
  },
);

it.each(['eu-1', '1.4.3', 'docker.io/istio', 'localhost:5000/istio', '10.24.0.5', 'e2e', 'tt', '1-4', 'in'])(
  '%s arrives as a text',
  (text) => {
    expect(isPlainText(text)).toBe(true);
  },
);

it.each([
  '123',
  '1.4',
  '1e3',
  '0x1f',
  't',
  'f',
  'true',
  'FALSE',
  'inf',
  'nan',
  'infinity',
  '-1',
  'a,b',
  'a=b',
  '',
])('"%s" does not arrive as a text', (text) => {
  expect(isPlainText(text)).toBe(false);
});
