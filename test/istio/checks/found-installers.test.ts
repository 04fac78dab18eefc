import { describe, expect, it } from 'vitest';
import { belongsToReleases } from '../../../src/istio/apply/helm-marks.js';
import { checkInstallers, findOtherInstallers } from '../../../src/istio/checks/found-installers.js';
import { isOfIstioctl } from '../../../src/istio/installers/istioctl/istioctl-installer.js';
import { clientOf } from '../../kubernetes/support/stub-api-server.js';
import { startStubCluster } from '../installers/helm/support/stub-cluster.js';

const CONFIG_MAP = '/api/v1/namespaces/istio-system/configmaps/values';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/destinationrules.networking.istio.io';
const ISTIOCTL = { metadata: { labels: { 'operator.istio.io/managed': 'Reconcile' } } };
const helm = (release: string) => ({
  metadata: {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': 'istio-system' },
  },
});

const WAYS = { helm: belongsToReleases, istioctl: isOfIstioctl };

async function find(objects: Record<string, object>, way: keyof typeof WAYS) {
  const client = await clientOf((await startStubCluster(objects)).url);
  return findOtherInstallers(client, { revision: 'default', istioNamespace: 'istio-system' }, WAYS[way], {});
}

describe('findOtherInstallers', () => {
  it('finds nothing where nothing is installed, or the installer has done it itself', async () => {
    expect(await find({}, 'helm')).toEqual([]);
    expect(await find({ [CONFIG_MAP]: helm('istiod'), [CRD]: helm('istio-base') }, 'helm')).toEqual([]);
    expect(await find({ [CONFIG_MAP]: ISTIOCTL, [CRD]: ISTIOCTL }, 'istioctl')).toEqual([]);
  });

  it('finds what istioctl has installed, and what Helm has under other names', async () => {
    expect(await find({ [CONFIG_MAP]: ISTIOCTL, [CRD]: { metadata: {} } }, 'helm')).toEqual([
      'ConfigMap istio-system/values (istioctl)',
      'CustomResourceDefinition destinationrules.networking.istio.io (no known installer)',
    ]);
    expect(await find({ [CONFIG_MAP]: helm('my-istio') }, 'helm')).toEqual([
      'ConfigMap istio-system/values (Helm release istio-system/my-istio)',
    ]);
  });

  it('finds what Helm has installed where istioctl is to', async () => {
    expect(await find({ [CRD]: helm('istio-base') }, 'istioctl')).toEqual([
      'CustomResourceDefinition destinationrules.networking.istio.io (Helm release istio-system/istio-base)',
    ]);
  });
});

describe('checkInstallers', () => {
  it('blocks a cluster in which another installer has made something', () => {
    expect(checkInstallers('eu-1', [], 'helm')).toEqual([]);
    const others = [
      'ConfigMap istio-system/values (istioctl)',
      'ServiceAccount istio-system/reader (istioctl)',
    ];
    expect(checkInstallers('eu-1', others, 'helm')).toMatchObject([
      {
        code: 'installer-differs',
        severity: 'block',
        what: `the rollout installs with helm, and another installer has made ${others.join(', ')} in eu-1`,
        where: others[0],
      },
    ]);
  });
});
