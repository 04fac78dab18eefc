/**
 * The `accept` header for reads that need only metadata: a CRD has 0.2 MB, and a remote secret contains a kubeconfig.
 */
const TYPE = 'application/json;g=meta.k8s.io;v=v1';

/** For one object. */
export const METADATA_ONLY = `${TYPE};as=PartialObjectMetadata,application/json`;
/** For a list. */
export const METADATA_LIST_ONLY = `${TYPE};as=PartialObjectMetadataList,application/json`;
