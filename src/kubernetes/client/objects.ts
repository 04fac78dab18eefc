/** The parts that every kind of Kubernetes object has, spelled as in the JSON of the API. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** For kinds with a desired state: increases when the desired state changes, not when labels or status do. */
  readonly generation?: number;
  /** RFC 3339. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Which fields a manager owns; `fieldsV1` is the tree of them. */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  /** The apiVersion of the object as the manager sent it. */
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** Identifies one object. `namespace` is absent for kinds without namespaces. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * An object that was serialised once, to be applied to many clusters: a CRD has up to 0.2 MB. `json` is the whole
 * object, with the apiVersion, kind and metadata that the other fields name.
 */
export interface SerialisedObject extends ObjectReference {
  readonly json: string;
}

/** Returns the reference of an object in either form. */
export function referenceOf(object: KubernetesObject | ObjectReference): ObjectReference {
  if (!('metadata' in object)) return object;
  const { name, namespace } = object.metadata;
  const { apiVersion, kind } = object;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

/** Returns the name of an object for messages: `Deployment istio-system/istiod`. */
export function describeObject(object: KubernetesObject | ObjectReference): string {
  const { kind, namespace, name } = referenceOf(object);
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
