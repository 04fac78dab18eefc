import { expect, it } from 'vitest';
import { istiodProgram, istiodTool } from '../../../lab/istio/istiod.js';
import type { Pod } from '../../../lab/pods/pod.js';

it.each([
  ['registry.istio.io/release/pilot:1.31.0', 'pilot-discovery'],
  ['registry.istio.io/release/pilot:1.30.0', 'pilot-discovery-1.30'],
  ['localhost:5000/pilot:1.30.2-distroless@sha256:0123abcd', 'pilot-discovery-1.30'],
  ['localhost:1.30/pilot', 'pilot-discovery'],
  ['pilot:1.300.0', 'pilot-discovery'],
  ['pilot', 'pilot-discovery'],
])('%s runs %s', (image, tool) => {
  expect(istiodTool(image)).toBe(tool);
});

const pod: Pod = {
  metadata: { name: 'istiod-1', namespace: 'istio-system', uid: 'u' },
  spec: { containers: [{ name: 'discovery', image: 'pilot:1.30.0', args: ['discovery', '--domain', 'x'] }] },
};

it('says which program is missing', () => {
  const program = istiodProgram({ 'pilot-discovery': '/bin/pilot-discovery' });
  expect(() => program.command(pod)).toThrow('this lab was started without pilot-discovery-1.30');
});

it('listens on 127.0.0.1 only, whatever its Pod says', () => {
  const program = istiodProgram({});
  const ports = new Map(program.ports.map((port) => [port, port + 20_000]));
  const found = program.arguments(pod, { root: '/lab/u', kubeconfig: '/lab/u/kubeconfig.yaml', ports });
  expect(found.slice(0, 4)).toEqual(['discovery', '--domain', 'x', '--kubeconfig=/lab/u/kubeconfig.yaml']);
  expect(found).toContain('--httpsAddr=127.0.0.1:35017');
  for (const flag of found.filter((one) => one.includes('Addr'))) expect(flag).toContain('=127.0.0.1:');
});
