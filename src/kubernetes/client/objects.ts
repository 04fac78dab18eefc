/** The parts of a Kubernetes object that every kind has, as the JSON of the API spells them. */
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
  /** Of kinds that have a desired state: moves when that changes, not with labels or status. */
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
  /** Of the object as the manager sent it. */
  readonly apiVersion?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** Names one object. `namespace` is absent for kinds that have none. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * An object that was turned into JSON once, to be applied to many clusters: a CRD has up to 0.2 MB.
 * `json` is the whole object, with the apiVersion, kind and metadata that the other fields name.
 */
export interface SerialisedObject extends ObjectReference {
  readonly json: string;
}

/** The reference of an object, whichever way it is given. */
export function referenceOf(object: KubernetesObject | ObjectReference): ObjectReference {
  if (!('metadata' in object)) return object;
  const { name, namespace } = object.metadata;
  const { apiVersion, kind } = object;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

/** `Deployment istio-system/istiod`: how messages name an object. */
export function describeObject(object: KubernetesObject | ObjectReference): string {
  const { kind, namespace, name } = referenceOf(object);
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
