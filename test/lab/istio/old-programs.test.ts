import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { citadelProgram } from '../../../lab/istio/citadel.js';
import { pilotProgram } from '../../../lab/istio/pilot.js';
import { sidecarInjectorProgram } from '../../../lab/istio/sidecar-injector.js';
import type { Pod } from '../../../lab/pods/pod.js';
import type { PodProgram } from '../../../lab/pods/pod-program.js';

function pod(container: string, args: string[]): Pod {
  return {
    metadata: { name: 'pod', namespace: 'mesh', uid: 'u' },
    spec: { containers: [{ name: container, image: 'image', args }] },
  };
}

function plan({ ports }: PodProgram, root = '/lab/u') {
  const local = new Map(ports.map((port) => [port, port + 20_000]));
  return { root, kubeconfig: `${root}/kubeconfig.yaml`, ports: local };
}

it('pilot reads its mesh without galley, and listens on 127.0.0.1', () => {
  const program = pilotProgram({});
  const args = program.arguments(
    pod('discovery', ['discovery', '--secureGrpcAddr', ':15011']),
    plan(program),
  );
  expect(args).toContain('--meshConfig=/lab/u/etc/istio/config/mesh');
  expect(args).toContain('--httpAddr=127.0.0.1:28080');
  expect(args.at(args.indexOf('--secureGrpcAddr') + 1)).toBe(':15011');
  expect(args.lastIndexOf('--secureGrpcAddr=')).toBeGreaterThan(args.indexOf('--secureGrpcAddr'));
  for (const key of ['config_sources', 'configSources']) {
    const mesh = `ingressControllerMode: "OFF"\n${key}:\n- address: istio-galley.mesh.svc:9901\n`;
    expect(program.adapt?.('/etc/istio/config/mesh', mesh)).toBe('ingressControllerMode: "OFF"\n');
  }
  expect(program.adapt?.('/etc/istio/config/meshNetworks', 'networks: {}')).toBe('networks: {}');
});

it('the sidecar injector has its files below its root, and the webhook’s port there where it is told', () => {
  const program = sidecarInjectorProgram({});
  const own = ['--caCertFile=/etc/istio/certs/root-cert.pem', '--healthCheckFile=/health'];
  const args = program.arguments(pod('sidecar-injector-webhook', own), plan(program));
  expect(args).toContain('--caCertFile=/lab/u/etc/istio/certs/root-cert.pem');
  expect(args).toContain('--injectValues=/lab/u/etc/istio/inject/values');
  expect(args).toContain('--port=20443');
});

it('the sidecar injector is ready while it touches its health file', async () => {
  const program = sidecarInjectorProgram({});
  const root = await mkdtemp(join(tmpdir(), 'mesh-rollout-injector-'));
  onTestFinished(() => rm(root, { recursive: true }));
  expect(await program.isReady(plan(program, root))).toBe(false);
  await writeFile(join(root, 'health'), 'ok');
  expect(await program.isReady(plan(program, root))).toBe(true);
  const before = new Date(Date.now() - 5_000);
  await utimes(join(root, 'health'), before, before);
  expect(await program.isReady(plan(program, root))).toBe(false);
});

it('citadel keeps the arguments of its Pod, and gets ports of its own', () => {
  const program = citadelProgram({});
  const own = [
    '--citadel-storage-namespace=mesh',
    '--signing-cert=/etc/cacerts/ca-cert.pem',
    '--grpc-port=8060',
  ];
  const args = program.arguments(pod('citadel', own), plan(program));
  expect(args).toContain('--citadel-storage-namespace=mesh');
  expect(args).toContain('--signing-cert=/lab/u/etc/cacerts/ca-cert.pem');
  expect(args.lastIndexOf('--grpc-port=28060')).toBeGreaterThan(args.indexOf('--grpc-port=8060'));
});
