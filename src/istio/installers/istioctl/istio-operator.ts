import { mergeValues } from '../../../rollout/document/merge-values.js';
import type { MeshSettings, PrimaryInput, RemoteInput, Values } from '../../../rollout/resolve/resolved.js';

/** What `istioctl manifest generate` renders from. */
export interface IstioOperator {
  readonly apiVersion: 'install.istio.io/v1alpha1';
  readonly kind: 'IstioOperator';
  readonly spec: {
    readonly profile: string;
    readonly components?: Values;
    readonly values: Values;
  };
}

/** Which remote a document is for: its name in the mesh, and one address of the control plane. */
export interface RemoteIdentity {
  readonly cluster: string;
  readonly address: string;
}

/**
 * The document of a primary. `externalIstiod` makes istiod write its CA and its root certificate into remotes
 * (istio 1.31, pilot/pkg/serviceregistry/kube/controller/multicluster.go, checkShouldLead).
 */
export function primaryOperator(input: PrimaryInput): IstioOperator {
  const values = mergeValues(KEEPS_OLD_PODS, input.values);
  return operator(input.profile, values, meshValues(input, input.primary), {
    global: { externalIstiod: true },
    pilot: { env: { EXTERNAL_ISTIOD: 'true' } },
  });
}

/** No Pod of istiod goes before another one is there, unless the user's values say otherwise. The chart's default is 25%. */
const KEEPS_OLD_PODS = { pilot: { rollingMaxUnavailable: 0 } };

/**
 * The document of a remote. Its injected Pods get name and network of the cluster from the path under which the
 * webhook calls istiod (istio 1.31, pkg/kube/inject/webhook.go, parseInjectEnvs). An address makes the chart render
 * the Service and the EndpointSlice `istiod` (templates/remote-istiod-service.yaml). `meshID` and the names take no
 * effect in a remote; they make its ConfigMap `values` tell how it was attached.
 */
export function remoteOperator(input: RemoteInput, { cluster, address }: RemoteIdentity): IstioOperator {
  return operator('remote', input.values, meshValues(input, cluster), {
    profile: 'remote',
    // The validating webhook of the default revision would get no CA in a remote: istiod patches only injectors there.
    defaultRevision: '',
    global: { remotePilotAddress: address },
    istiodRemote: { injectionPath: `/inject/cluster/${cluster}/net/${input.network}` },
  });
}

/**
 * The document that renders the objects of the tag `default`, pointing to a primary's revision: its webhook, Service and
 * validating webhook. Of what it renders, nothing else is wanted (istio 1.31, istioctl/pkg/tag/generate.go).
 */
export function defaultTagOperator(input: PrimaryInput): IstioOperator {
  const { sidecarInjectorWebhook } = input.values;
  const { apiVersion, kind, spec } = operator(
    'empty',
    sidecarInjectorWebhook === undefined ? {} : { sidecarInjectorWebhook },
    {
      ...revisionValues(input.revision),
      revisionTags: ['default'],
      defaultRevision: input.revision,
      global: { istioNamespace: input.istioNamespace },
    },
  );
  const components = { base: { enabled: true }, pilot: { enabled: true } };
  return { apiVersion, kind, spec: { ...spec, components } };
}

function operator(profile: string, user: Values, ...own: Values[]): IstioOperator {
  return {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    spec: { profile, values: mergeValues(user, ...own) },
  };
}

function meshValues(settings: MeshSettings, cluster: string): Values {
  return {
    ...revisionValues(settings.revision),
    global: {
      istioNamespace: settings.istioNamespace,
      meshID: settings.meshID,
      network: settings.network,
      multiCluster: { clusterName: cluster },
    },
  };
}

/** The charts call the default revision ''. */
function revisionValues(revision: string): Values {
  return revision === 'default' ? {} : { revision };
}
