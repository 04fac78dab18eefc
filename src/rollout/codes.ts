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
    title: 'A cluster runs a control plane that is not of the rollout.',
    action: 'Uninstall its istiod first (istioctl uninstall --revision <revision>), then retry the cluster.',
    overridable: false,
  },
  'default-tag-elsewhere': {
    title: 'The default tag of a cluster belongs to another revision.',
    action:
      'Roll out under that revision, or move the tag (istioctl tag set default); or accept the finding for the cluster to let the rollout take the tag over.',
    overridable: true,
  },
  'injector-elsewhere': {
    title: 'An injector webhook of another mesh injects the namespaces of the rollout.',
    action:
      'Remove the other mesh from the cluster, or roll out under another revision; then retry the cluster.',
    overridable: false,
  },
  'installer-differs': {
    title: 'Another installer has made an installation of Istio in a cluster.',
    action:
      'Name that installer in the document, or uninstall what it has made; or accept the finding for the cluster to let the rollout take it over.',
    overridable: true,
  },
  'root-certificate-elsewhere': {
    title: 'A remote holds the root certificate of another mesh.',
    action:
      'Detach the cluster from the other mesh first; or accept the finding for the cluster when that mesh no longer exists.',
    overridable: true,
  },
  'registered-twice': {
    title: 'The primary holds a second remote secret for the same cluster, under another name.',
    action: 'Delete that Secret from the primary, then retry the cluster.',
    overridable: false,
  },
  'primary-differs': {
    title: 'The control plane that runs on the primary has another identity than the document.',
    action:
      'Correct the document, so that sidecars keep their identity; or accept the finding for the primary and restart the workloads of the whole mesh afterwards.',
    overridable: true,
  },
  'minor-change-in-place': {
    title: 'The rollout changes the minor version of the control plane in place.',
    action:
      'Install the new minor under a revision of its own and move the namespaces; or accept that Pods are refused while istiod is replaced.',
    overridable: true,
  },
  'remote-left-behind': {
    title: 'An attached remote cannot be pointed at the new Pods of istiod.',
    action: 'Roll out again when the cluster answers. Until then no Pod with a sidecar can be created there.',
    overridable: true,
  },
  'sidecar-forbidden': {
    title: 'The pod security level of a namespace forbids the sidecar.',
    action:
      'Install Istio CNI in the cluster, or lower the level of the namespace; accept the finding when Istio CNI is installed already.',
    overridable: true,
  },
  'check-failed': {
    title: 'A check of a cluster failed unexpectedly.',
    action: 'Report it with the message; retry the cluster to check it again, or skip it.',
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
    title: 'The worker could not verify the access with which istiod is to read a cluster.',
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
  'rollout-changed': {
    title: 'The decision is for another rollout of the mesh.',
    action: 'Look at the rollout that runs now, and decide again.',
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
  'plan-cancelled': {
    title: 'The plan was cancelled before it had a result.',
    action: 'Ask for a new plan.',
    transient: false,
  },
  'plans-busy': {
    title: 'As many plans are being made as may be at the same time.',
    action: 'Wait until one of them has ended, or cancel one; then ask again.',
    transient: false,
  },
  'not-waiting': {
    title: 'The cluster does not wait for a person.',
    action:
      'Look at its status: retry is for clusters in NeedsAttention, skip for remotes that are not done yet.',
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
  'install-failed': {
    title: 'Helm could not install or upgrade a release.',
    action: 'Read what Helm says, mend it in the cluster or in the values, then retry the cluster.',
    transient: false,
  },
  'installer-conflict': {
    title: 'Another installer has made objects that the rollout has to change.',
    action:
      'Name that installer in the document, or uninstall what it has made; or accept installer-differs for the cluster to let the rollout take it over.',
    transient: false,
  },
  'release-pending': {
    title: 'Helm is at work on a release already.',
    action: 'Nothing: it is waited for. Look at helm history if it lasts.',
    transient: true,
  },
  'cluster-not-usable': {
    title: 'The inventory of the worker has no usable kubeconfig for a cluster.',
    action: 'Correct the inventory on the worker, then retry the cluster.',
    transient: false,
  },
  'control-plane-not-ready': {
    title: 'A Deployment of the control plane is not available yet.',
    action: 'Nothing: it is waited for. Look at the Pods of istiod in the primary if it lasts.',
    transient: true,
  },
  'no-ready-endpoint': {
    title: 'No Pod of the control plane in the primary is ready.',
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
    action:
      'Correct apiServer or certificateAuthority of the cluster in the inventory, then retry the cluster. If istiod sees another server there than the worker does, accept api-server-unverified, then retry.',
    transient: false,
  },
  'not-synced': {
    title: 'The control plane has not synced with the remote yet.',
    action: 'Nothing: it is waited for. Check that istiod reaches apiServer of the inventory if it lasts.',
    transient: true,
  },
  'webhook-ca-missing': {
    title: 'The injector webhook of the remote does not have its CA yet.',
    action: 'Nothing: it is waited for. Look at the logs of istiod if it lasts.',
    transient: true,
  },
  'root-cert-missing': {
    title: 'A namespace of the remote has no root certificate of the mesh yet.',
    action: 'Nothing: it is waited for. Look at the logs of istiod if it lasts.',
    transient: true,
  },
  'endpoints-outdated': {
    title: 'The endpoints in the remote are not the ready Pods of the control plane.',
    action: 'Nothing: they are written again.',
    transient: true,
  },
  'endpoints-handed-over': {
    title: 'A worker hands over the work of keeping remotes pointed at istiod.',
    action: 'Nothing: another worker continues within seconds.',
    transient: true,
  },
  'remotes-not-pointed': {
    title: 'istiod is to be replaced, and attached remotes cannot be pointed at its new Pods.',
    action:
      'Make the clusters that the message names answer, or take them out of the inventory, then retry the primary; or accept remote-left-behind: Pods with sidecars cannot be created there once the old istiod has gone.',
    transient: false,
  },
  'injection-missing': {
    title: 'A probe Pod does not come back with the sidecar of this mesh.',
    action:
      'Nothing: it is tried again. Check that the API server of the remote reaches the Pods of istiod on port 15017 if it lasts.',
    transient: true,
  },
  'injection-refused': {
    title: 'A namespace allows a Pod without a sidecar and refuses the same Pod with one.',
    action:
      'Let the namespace allow the sidecar (Istio CNI, its pod security level, quota, limits or policies), or take it out of the document, then retry the cluster.',
    transient: false,
  },
  'injection-not-proven': {
    title: 'A namespace refuses every probe Pod, so that injection cannot be proven there.',
    action:
      'Allow the probe Pod, or accept injection-unproven for the cluster to label the namespace without a proof.',
    transient: false,
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
  'clusters-unanswering': {
    title: 'None of the clusters that a rollout waits for answers yet.',
    action: 'Nothing: they are asked again until progressDeadline. Check the clusters if it lasts.',
    transient: true,
  },
  'cluster-orphaned': {
    title: 'The workflow of a closed rollout holds the cluster, and does not end.',
    action:
      'Start a worker of the version that the message names, or terminate the workflow in Temporal; then retry the cluster.',
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
  'workflow-stalled': {
    title: 'A rollout was stopped because its workflow ended or stalled every worker that took it.',
    action:
      'Report it with the log of the workers. The clusters that were at work finish by themselves; start the rollout again with fewer remotes.',
    transient: false,
  },
  'tool-version-differs': {
    title: 'The worker does not have the istioctl with which the rollout began.',
    action:
      'Nothing while other workers have it; else give the workers that istioctl, or abort and start again with the new one.',
    transient: true,
  },
  'internal-error': {
    title: 'Something unexpected went wrong; this is a defect of mesh-rollout.',
    action: 'Report it with the message; the step is retried by itself until the progress deadline.',
    transient: true,
  },
} as const satisfies Record<string, Entry & { transient: boolean }>;

export type FindingCode = keyof typeof FINDINGS;
export type ErrorCode = keyof typeof ERRORS;
