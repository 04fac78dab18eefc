import { expect, test } from 'vitest';
import type { ToolName } from '../../../lab/tools/tool-names.js';
import { checkVersion, compareVersions } from '../../../lab/tools/versions.js';
import { bench, standIn } from './bench.js';

const istio = (version: string) =>
  `{ "clientVersion": { "version": "${version}", "revision": "eed52ebb66ad", "golang_version": "go1.26.8" } }`;

test.each<[ToolName, string, string, boolean]>([
  ['temporal', 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', '1.8.2', true],
  ['temporal', 'temporal version 1.8.1 (Server 1.31.1, UI 2.50.0)', '1.8.1', false],
  ['temporal', 'temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)', '2.0.0', false],
  ['etcd', 'etcd Version: 3.7.3\nGit SHA: Not provided\nGo Version: go1.26.8', '3.7.3', true],
  ['etcd', 'etcd Version: 3.5.9', '3.5.9', false],
  ['kube-apiserver', 'Kubernetes v1.34.4', '1.34.4', true],
  ['kube-controller-manager', 'Kubernetes v1.34.0+k3s1', '1.34.0+k3s1', true],
  ['kube-scheduler', 'Kubernetes v1.35.0', '1.35.0', false],
  ['kube-apiserver', 'Kubernetes v0.0.0-master+$Format:%H$', '0.0.0-master+$Format:%H$', false],
  ['kwok', 'kwok version v0.8.0 go1.26.8 (linux/amd64)', '0.8.0', true],
  ['kwok', 'kwok version 0.7.0', '0.7.0', false],
  ['istioctl', istio('1.31.0'), '1.31.0', true],
  ['istioctl', istio('1.30.3'), '1.30.3', false],
  ['pilot-discovery', istio('1.31.2'), '1.31.2', true],
  ['istioctl-1.30', istio('1.30.3'), '1.30.3', true],
  ['istioctl-1.4', istio('1.4.3'), '1.4.3', true],
  ['istioctl-1.4', istio('1.31.0'), '1.31.0', false],
  ['kube-apiserver-1.15', 'Kubernetes v1.15.12', '1.15.12', true],
  ['kubectl-1.15', '{"clientVersion": {"major": "1", "gitVersion": "v1.15.12"}}', '1.15.12', true],
  ['kubectl-1.15', '{"clientVersion": {"major": "1", "gitVersion": "v1.34.1"}}', '1.34.1', false],
  ['helm', 'v3.22.0+gabcdef0', '3.22.0+gabcdef0', true],
  ['helm', 'v4.3.1', '4.3.1', false],
])('%s that says %j is %s', async (tool, output, found, fits) => {
  const { bin, environment } = await bench();
  const path = await standIn(bin, tool, `echo '${output}'`);
  await expect(checkVersion(tool, path, environment)).resolves.toEqual({ found, fits });
});

test.each([
  ['says something else', 'echo "hello"', /^no version \(it printed "hello"\)$/],
  ['calls itself unknown', `echo '${istio('unknown')}'`, /^no version \(it printed /],
  ['fails', 'exit 3', /^no version \(Command failed with exit code 3/],
])('a tool that %s does not fit', async (_, script, reason) => {
  const { bin, environment } = await bench();
  const path = await standIn(bin, 'istioctl', script);
  const check = await checkVersion('istioctl', path, environment);
  expect(check).toEqual({ found: expect.stringMatching(reason), fits: false });
});

test('versions compare by number', () => {
  expect(compareVersions('1.9.0', '1.10.0')).toBeLessThan(0);
  expect(compareVersions('1.34', '1.34.0')).toBe(0);
  expect(compareVersions('2.0.0-rc.1', '1.99.99')).toBeGreaterThan(0);
});
