/**
 * The catalogue of error and finding codes. docs/errors.md explains each; a test holds the two together.
 * Codes are what users type (`accept`, `retry --code`) and match on: they never change their meaning.
 */

interface Entry {
  /** One line: what happened. */
  readonly title: string;
  /** What a person does next. */
  readonly action: string;
}

/** Codes of preflight checks. `overridable` blocks can be accepted in the document, other blocks cannot. */
export const FINDINGS = {
  'cluster-unreachable': {
    title: 'The API server of a cluster does not answer.',
    action:
      'Check the network, and the server in the kubeconfig that the inventory names; the check is repeated by itself.',
    overridable: false,
  },
  'credentials-rejected': {
    title: 'A cluster does not accept the credentials of its kubeconfig.',
    action: 'Renew the credentials in the kubeconfig on the worker, then retry the cluster.',
    overridable: false,
  },
  'kubeconfig-unusable': {
    title: 'The kubeconfig of a cluster cannot be read, or has no such context.',
    action: 'Correct the path and the context in the inventory on the worker, then retry the cluster.',
    overridable: false,
  },
  'kubernetes-version-unsupported': {
    title: 'The Istio release does not support the Kubernetes version of a cluster.',
    action: 'Upgrade the cluster or choose another release; or accept the finding.',
    overridable: true,
  },
  'kubernetes-version-untested': {
    title: 'A cluster runs a Kubernetes version newer than the Istio release was tested with.',
    action: 'Nothing, or accept the finding to silence it.',
    overridable: true,
  },
  'pod-cidr-overlap': {
    title: 'The pod CIDRs of two clusters overlap.',
    action:
      'On one network every pod address must be unique: give one of the clusters another pod CIDR, or take it out.',
    overridable: false,
  },
  'pod-service-cidr-overlap': {
    title: 'The pod CIDR of one cluster overlaps the service CIDR of another.',
    action: 'Give one of the clusters another CIDR, or take it out of the rollout.',
    overridable: false,
  },
  'service-cidr-overlap': {
    title: 'The service CIDRs of two clusters overlap.',
    action:
      'Make sure that nothing addresses a Service of the other cluster by its ClusterIP; then accept the finding.',
    overridable: true,
  },
  'cidr-unknown': {
    title: 'The pod or service CIDRs of a cluster cannot be found out.',
    action:
      'Name podCIDRs and serviceCIDRs of the cluster in the inventory, so that overlaps can be checked.',
    overridable: true,
  },
  'same-cluster-twice': {
    title: 'Two names of the inventory are one and the same cluster.',
    action: 'Correct the kubeconfig or the context of one of them in the inventory, or take one name out.',
    overridable: false,
  },
  'permission-missing': {
    title: 'The credentials for a cluster lack a permission that the rollout uses.',
    action:
      'Grant the permission to the identity of the kubeconfig, as mesh-rollout permissions prints it, then retry the cluster.',
    overridable: false,
  },
  'tool-release-mismatch': {
    title: 'The istioctl of the worker is of another release than the document asks for.',
    action: 'Give the worker the istioctl of the release, or change the release in the document.',
    overridable: false,
  },
  'attached-elsewhere': {
    title: 'A remote is attached to another control plane.',
    action: 'Detach the cluster from the other primary first; or accept the finding to move it.',
    overridable: true,
  },
  'own-control-plane': {
    title: 'A remote runs a control plane of its own.',
    action: 'Uninstall its istiod first (istioctl uninstall --revision <revision>), then retry the cluster.',
    overridable: false,
  },
  'mesh-mismatch': {
    title: 'The primary belongs to another mesh.',
    action: 'Use the mesh name under which the primary was rolled out, or another primary.',
    overridable: false,
  },
  'namespace-missing': {
    title: 'A namespace to be labelled does not exist in a remote.',
    action: 'Create the namespace (rollouts never do), or narrow its entry to the clusters that have it.',
    overridable: false,
  },
  'namespace-label-conflict': {
    title: 'A namespace carries a label that contradicts the document.',
    action: 'Remove the contrary label, or take the namespace out of the document.',
    overridable: false,
  },
  'pods-without-sidecar': {
    title: 'Pods that run in a labelled namespace have no sidecar.',
    action: 'Restart the workloads when it suits, for example with kubectl rollout restart.',
    overridable: false,
  },
  'injection-unproven': {
    title: 'A policy refused the probe Pod before it could show whether injection works.',
    action: 'Create a Pod that the policy allows and look for the container istio-proxy.',
    overridable: false,
  },
  'api-server-unverified': {
    title:
      'The worker cannot reach the address under which istiod is to reach a cluster, so it was not tried.',
    action: 'Nothing when the step verify-remote succeeds: istiod itself has reached it then.',
    overridable: false,
  },
} as const satisfies Record<string, Entry & { overridable: boolean }>;

/** Codes of failures. A `transient` one is retried by itself until the progress deadline; others need a person. */
export const ERRORS = {
  'document-invalid': {
    title: 'The rollout document is not valid.',
    action: 'Correct every problem listed, then start again.',
    transient: false,
  },
  'inventory-invalid': {
    title: 'The inventory cannot be read or is not valid.',
    action: 'Correct the inventory file, then start again.',
    transient: false,
  },
  'workflow-id-wrong': {
    title: 'A rollout was started under a workflow ID that is not its lock.',
    action: 'Start it under the workflow ID mesh/<mesh>.',
    transient: false,
  },
  'rollout-running': {
    title: 'A rollout of this mesh is already running.',
    action: 'Watch it, wait for it, or abort it.',
    transient: false,
  },
  'idempotency-key-reused': {
    title: 'The Idempotency-Key was used before, with another document.',
    action: 'Send a new key with a new document; the same key only to repeat the same request.',
    transient: false,
  },
  'rollout-not-found': {
    title: 'There is no rollout of this mesh.',
    action: 'List the rollouts and check the name of the mesh.',
    transient: false,
  },
  'plan-not-found': {
    title: 'There is no such plan.',
    action: 'Check the ID, or ask for a new plan: Temporal keeps them for as long as other workflows.',
    transient: false,
  },
  'plan-ended': {
    title: 'The plan ended without a result: its time was over, or its workflow was ended.',
    action: 'Ask for a new plan.',
    transient: false,
  },
  'not-waiting': {
    title: 'The cluster does not wait for a person.',
    action: 'Look at its status: only a cluster in NeedsAttention can be retried or skipped.',
    transient: false,
  },
  'decision-invalid': {
    title: 'The update has a value that it cannot have.',
    action: 'Correct the value that the message names and send it again.',
    transient: false,
  },
  'cluster-unknown': {
    title: 'The cluster does not take part in the rollout.',
    action: 'Check the name: the progress lists all clusters.',
    transient: false,
  },
  'preflight-blocked': {
    title: 'A check found something that must be mended before the rollout goes on.',
    action: 'Mend what the findings say, then retry.',
    transient: false,
  },
  'api-unavailable': {
    title: 'The API server of a cluster does not answer, or answers that it cannot serve now.',
    action: 'Nothing: the step is retried. Check the cluster if it lasts.',
    transient: true,
  },
  'credentials-refused': {
    title: 'A cluster answered 401: it does not accept the credentials.',
    action: 'Renew the credentials in the kubeconfig on the worker, then retry the cluster.',
    transient: false,
  },
  'permission-denied': {
    title: 'A cluster answered 403: the credentials lack a permission.',
    action: 'Grant the permission that the message names, then retry the cluster.',
    transient: false,
  },
  'field-conflict': {
    title: 'Another field manager owns fields that the rollout has to set.',
    action: 'Let the other manager give the fields up, or put the same values there, then retry the cluster.',
    transient: false,
  },
  'request-rejected': {
    title: 'The API server or an admission policy refused an object.',
    action: 'Read the message, change the values or the policy, then retry the cluster.',
    transient: false,
  },
  'render-failed': {
    title: 'istioctl could not render the manifests.',
    action: 'Correct the values in the document: abort and start again with the corrected document.',
    transient: false,
  },
  'cluster-not-usable': {
    title: 'The inventory of the worker has no usable kubeconfig for a cluster.',
    action: 'Correct the inventory on the worker, then retry the cluster.',
    transient: false,
  },
  'control-plane-not-ready': {
    title: 'The Deployment of istiod is not available yet.',
    action: 'Nothing: it is waited for. Look at the Pods of istiod in the primary if it lasts.',
    transient: true,
  },
  'no-ready-endpoint': {
    title: 'No Pod of istiod in the primary is ready.',
    action: 'Nothing: it is waited for. Look at the Pods of istiod in the primary if it lasts.',
    transient: true,
  },
  'token-not-issued': {
    title: 'The remote has not issued a token for istio-reader-service-account yet.',
    action: 'Nothing: it is waited for. Look at the kube-controller-manager of the remote if it lasts.',
    transient: true,
  },
  'remote-secret-refused': {
    title: 'The server, CA and token for the remote secret do not work together.',
    action: 'Correct apiServer of the cluster in the inventory, then retry the cluster.',
    transient: false,
  },
  'not-synced': {
    title: 'istiod has not synced with the remote yet.',
    action: 'Nothing: it is waited for. Check that istiod reaches apiServer of the inventory if it lasts.',
    transient: true,
  },
  'webhook-ca-missing': {
    title: 'istiod has not written its CA into the injector webhook of the remote yet.',
    action: 'Nothing: it is waited for. Look at the logs of istiod if it lasts.',
    transient: true,
  },
  'root-cert-missing': {
    title: 'A namespace of the remote has no ConfigMap istio-ca-root-cert yet.',
    action: 'Nothing: it is waited for. Look at the logs of istiod if it lasts.',
    transient: true,
  },
  'endpoints-outdated': {
    title: 'The endpoints in the remote are not the ready Pods of istiod.',
    action: 'Nothing: they are written again.',
    transient: true,
  },
  'injection-missing': {
    title: 'A probe Pod in a labelled namespace came back without the sidecar of this mesh.',
    action:
      'Nothing: it is tried again. Check that the API server of the remote reaches the Pods of istiod if it lasts.',
    transient: true,
  },
  'namespace-not-ready': {
    title: 'A namespace to be labelled is missing, or carries a contrary label.',
    action: 'Create the namespace or remove the contrary label, then retry the cluster.',
    transient: false,
  },
  'remote-taken': {
    title: 'The remote was attached to another primary.',
    action: 'Detach the cluster from the other primary first, or accept attached-elsewhere to move it.',
    transient: false,
  },
  'cluster-held': {
    title: 'Another rollout is at work on the cluster.',
    action: 'Nothing: the cluster is taken as soon as the other rollout is done with it.',
    transient: true,
  },
  'cluster-at-work': {
    title: 'The rollout follows the workflow of a cluster, which is still at work.',
    action: 'Nothing: the workflow of the cluster says itself how far it is.',
    transient: true,
  },
  'progress-deadline-exceeded': {
    title: 'The remote did not finish within progressDeadline.',
    action: 'Mend what the last error says, then retry the cluster: it gets the whole deadline again.',
    transient: false,
  },
  'cluster-workflow-ended': {
    title: 'The workflow of the cluster was ended from outside.',
    action: 'Retry the cluster to start its workflow again, or skip it.',
    transient: false,
  },
  'internal-error': {
    title: 'Something unexpected went wrong; this is a defect of mesh-rollout.',
    action: 'Report it with the message; the step is retried by itself until the progress deadline.',
    transient: true,
  },
} as const satisfies Record<string, Entry & { transient: boolean }>;

export type FindingCode = keyof typeof FINDINGS;
export type ErrorCode = keyof typeof ERRORS;
