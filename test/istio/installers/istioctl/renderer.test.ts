import { describe, expect, it } from 'vitest';
import { primaryOperator } from '../../../../src/istio/installers/istioctl/istio-operator.js';
import type { Values } from '../../../../src/rollout/resolve/resolved.js';
import { fakeIstioctl, print } from '../../support/fake-istioctl.js';
import { primaryInput } from '../../support/inputs.js';

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: istiod, namespace: istio-system, labels: {helm.sh/chart: istiod-1.0.0}}
---
`;
const never = new AbortController().signal;

function request(values: Values = {}) {
  return {
    operator: primaryOperator(primaryInput({ values })),
    revision: 'default',
    istioNamespace: 'istio-system',
  };
}

describe('Renderer', () => {
  it('gives the manifests with the owner labels of istioctl', async () => {
    const { istioctl } = await fakeIstioctl(print(SERVICE));
    const { manifests, installation } = await istioctl.renderer.render(request(), never);
    expect(installation).toEqual({ version: '1.31.0', revision: 'default', istioNamespace: 'istio-system' });
    expect(manifests.map(({ json }) => JSON.parse(json).metadata.labels)).toEqual([
      {
        'helm.sh/chart': 'istiod-1.0.0',
        'operator.istio.io/component': 'Pilot',
        'operator.istio.io/managed': 'Reconcile',
        'operator.istio.io/version': '1.31.0',
        'install.operator.istio.io/owning-resource-namespace': 'istio-system',
        'istio.io/rev': 'default',
      },
    ]);
  });

  it('renders equal requests once, also when they come at the same time', async () => {
    const { istioctl, renderings } = await fakeIstioctl(`sleep 0.1; ${print(SERVICE)}`);
    const { renderer } = istioctl;
    await Promise.all([1, 2, 3].map(() => renderer.render(request(), never)));
    await renderer.render(request(), never);
    expect(await renderings()).toBe(1);
    await renderer.render(request({ pilot: { autoscaleMin: 2 } }), never);
    expect(await renderings()).toBe(2);
  });

  it('forgets the rendering that was not asked for the longest', async () => {
    const { istioctl, renderings } = await fakeIstioctl(print(SERVICE));
    const render = (n: number) => istioctl.renderer.render(request({ n }), never);
    for (let n = 0; n < 16; n++) await render(n);
    await render(0);
    await render(16);
    expect(await renderings()).toBe(17);
    await render(0);
    expect(await renderings()).toBe(17);
    await render(1);
    expect(await renderings()).toBe(18);
  });

  it('does not keep a failure', async () => {
    const { istioctl, renderings } = await fakeIstioctl('echo no >&2; exit 1');
    await expect(istioctl.renderer.render(request(), never)).rejects.toThrow('no');
    await expect(istioctl.renderer.render(request(), never)).rejects.toThrow('no');
    expect(await renderings()).toBe(2);
  });

  it('goes on for the others when one caller is cancelled', async () => {
    const { istioctl, renderings } = await fakeIstioctl(`sleep 0.3; ${print(SERVICE)}`);
    const one = new AbortController();
    const cancelled = istioctl.renderer.render(request(), one.signal);
    const other = istioctl.renderer.render(request(), never);
    one.abort(new Error('cancelled'));
    await expect(cancelled).rejects.toThrow('cancelled');
    expect((await other).manifests).toHaveLength(1);
    expect(await renderings()).toBe(1);
  });

  it('gives up when every caller is cancelled, and can start again', async () => {
    const { istioctl } = await fakeIstioctl(`sleep 0.2; ${print(SERVICE)}`);
    const one = new AbortController();
    const cancelled = istioctl.renderer.render(request(), one.signal);
    one.abort(new Error('cancelled'));
    await expect(cancelled).rejects.toThrow('cancelled');
    expect((await istioctl.renderer.render(request(), never)).manifests).toHaveLength(1);
  });
});
