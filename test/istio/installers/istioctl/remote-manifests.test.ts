import { describe, expect, it } from 'vitest';
import { remoteManifests } from '../../../../src/istio/installers/istioctl/remote-manifests.js';
import { type FakeIstioctl, fakeIstioctl } from '../../support/fake-istioctl.js';
import { remoteInput } from '../../support/inputs.js';

const never = new AbortController().signal;

/** Renders name and address into the places where the charts have them. */
const RENDER = `
input=$(cat "$(dirname "$0")/input")
name=$(echo "$input" | sed 's/.*"clusterName":"\\([^"]*\\)".*/\\1/')
address=$(echo "$input" | sed 's/.*"remotePilotAddress":"\\([^"]*\\)".*/\\1/')
cat <<EOF
apiVersion: v1
kind: ConfigMap
metadata: {name: values, namespace: istio-system, labels: {helm.sh/chart: istiod-1.0.0}}
data: {values: '{"clusterName": "$name", "remotePilotAddress": "$address"}'}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-sidecar-injector, labels: {helm.sh/chart: istiod-1.0.0}}
webhooks: [{name: a, clientConfig: {service: {name: istiod, namespace: istio-system, path: /inject/cluster/$name/net/n}}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: istiod, namespace: istio-system, labels: {helm.sh/chart: istiod-1.0.0}}
addressType: IPv4
endpoints: [{addresses: [$address]}]
---
EOF
`;

const rendered = (fake: FakeIstioctl, cluster: string, address = '10.1.0.1') =>
  remoteManifests(fake.istioctl.renderer, remoteInput({ cluster }), address, never);

describe('remoteManifests', () => {
  it('renders once for remotes that differ in name and address', async () => {
    const fake = await fakeIstioctl(RENDER);
    const [one, two] = [await rendered(fake, 'eu-1'), await rendered(fake, 'us-1', 'fd00::7')];
    expect(await fake.renderings()).toBe(1);
    expect(one.objects.map(({ json }) => JSON.parse(json).data.values)).toEqual([
      '{"clusterName": "eu-1", "remotePilotAddress": "10.1.0.1"}',
    ]);
    expect(two.objects.map(({ json }) => JSON.parse(json).data.values)).toEqual([
      '{"clusterName": "us-1", "remotePilotAddress": "fd00::7"}',
    ]);
    expect(JSON.parse(two.injector.json).webhooks[0].clientConfig.service.path).toBe(
      '/inject/cluster/us-1/net/n',
    );
  });

  it('keeps injector and endpoints apart from what is applied at once', async () => {
    const { objects, endpointSlice, injector } = await rendered(await fakeIstioctl(RENDER), 'eu-1');
    expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap']);
    expect(endpointSlice?.kind).toBe('EndpointSlice');
    expect(injector.kind).toBe('MutatingWebhookConfiguration');
  });

  it.each(['a"b', 'Eu-1', 'a'.repeat(64), ''])('refuses the name %j', async (cluster) => {
    const fake = await fakeIstioctl(RENDER);
    await expect(rendered(fake, cluster)).rejects.toMatchObject({ code: 'render-failed' });
  });

  it('refuses what is no address', async () => {
    const fake = await fakeIstioctl(RENDER);
    await expect(rendered(fake, 'eu-1', '10.1.0.1"')).rejects.toMatchObject({ code: 'render-failed' });
  });

  it('fails when the values render no injector', async () => {
    const fake = await fakeIstioctl('echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"');
    await expect(rendered(fake, 'eu-1')).rejects.toMatchObject({ code: 'render-failed', cluster: 'eu-1' });
  });
});
