import { mergeValues } from '../../../rollout/document/merge-values.js';
import type { MeshSettings, PrimaryInput, RemoteInput, Values } from '../../../rollout/resolve/resolved.js';

/**
 * Whether a release has the injector webhook. Helm makes a webhook that is on at once, so that it comes last, in an upgrade
 * of its own, and with the CA of the mesh in it: without it, every Pod of a labelled namespace would be refused until
 * istiod has written its CA there.
 */
export type InjectorPhase =
  | { readonly injector: 'absent' }
  | { readonly injector: 'present'; readonly root: string };

/** No Pod of istiod goes before another one is there, unless the user's values say otherwise. The chart's default is 25%. */
const KEEPS_OLD_PODS = { pilot: { rollingMaxUnavailable: 0 } };

/** Profiles of istioctl that no chart knows: they choose components, and with Helm every component is a chart. */
const PROFILES_OF_ISTIOCTL = ['default', 'minimal', 'empty'];

/** What a remote's validator would need: istiod patches only injectors in remotes, so that it would never get a CA. */
const NO_DEFAULT_REVISION = '';

/**
 * Returns the values of a primary's chart `istiod`. `externalIstiod` makes istiod write its CA and its root certificate
 * into remotes (istio 1.31, pilot/pkg/serviceregistry/kube/controller/multicluster.go, checkShouldLead).
 *
 * @param phase its `root` is the CA of the mesh, PEM
 */
export function primaryValues(input: PrimaryInput, phase: InjectorPhase): Values {
  const own = { global: { externalIstiod: true }, pilot: { env: { EXTERNAL_ISTIOD: 'true' } } };
  return mergeValues(
    KEEPS_OLD_PODS,
    input.values,
    profileValues(input.profile),
    meshValues(input, input.primary),
    own,
    injectorValues(phase),
  );
}

/**
 * Returns the values of a primary's chart `base`.
 *
 * @param defaultRevision the revision whose istiod validates what names no revision
 */
export function primaryBaseValues(input: PrimaryInput, defaultRevision: string): Values {
  return mergeValues(
    input.values,
    profileValues(input.profile),
    { global: { istioNamespace: input.istioNamespace } },
    { defaultRevision },
  );
}

/**
 * Returns the values of a remote's chart `istiod`. Its injected Pods get name and network of the cluster from the path
 * under which the webhook calls istiod (istio 1.31, pkg/kube/inject/webhook.go, parseInjectEnvs). No address of istiod is
 * among them: the chart would render an EndpointSlice of one address, which every upgrade resets
 * (templates/remote-istiod-endpointslices.yaml), and without an address neither that nor the Service.
 *
 * @param cluster the remote's name in the mesh
 * @param phase its `root` is the CA of the mesh, PEM
 */
export function remoteValues(input: RemoteInput, cluster: string, phase: InjectorPhase): Values {
  return mergeValues(
    input.values,
    { profile: 'remote', defaultRevision: NO_DEFAULT_REVISION },
    meshValues(input, cluster),
    { global: { remotePilotAddress: '' } },
    { istiodRemote: { injectionPath: `/inject/cluster/${cluster}/net/${input.network}` } },
    injectorValues(phase),
  );
}

/** Returns the values of a remote's chart `base`: the same for all remotes of a mesh with equal values of the document. */
export function remoteBaseValues(input: RemoteInput): Values {
  return mergeValues(
    input.values,
    { profile: 'remote', defaultRevision: NO_DEFAULT_REVISION },
    { global: { istioNamespace: input.istioNamespace } },
  );
}

/**
 * `operatorManageWebhooks` leaves out the injector webhook and those of tags, and nothing else: validating webhooks stay
 * (istio 1.31, templates/mutatingwebhook.yaml and revision-tags-mwc.yaml).
 */
function injectorValues(phase: InjectorPhase): Values {
  return phase.injector === 'absent'
    ? { global: { operatorManageWebhooks: true } }
    : {
        global: { operatorManageWebhooks: false },
        istiodRemote: { injectionCABundle: Buffer.from(phase.root).toString('base64') },
      };
}

function profileValues(profile: string): Values {
  return PROFILES_OF_ISTIOCTL.includes(profile) ? {} : { profile };
}

function meshValues(settings: MeshSettings, cluster: string): Values {
  return {
    // The charts call the default revision ''.
    ...(settings.revision === 'default' ? {} : { revision: settings.revision }),
    global: {
      istioNamespace: settings.istioNamespace,
      meshID: settings.meshID,
      network: settings.network,
      multiCluster: { clusterName: cluster },
    },
  };
}
