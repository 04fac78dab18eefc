/** The `accept` of a read of which only metadata is wanted: a CRD has 0.2 MB, a remote secret a kubeconfig. */
const TYPE = 'application/json;g=meta.k8s.io;v=v1';

/** For one object. */
export const METADATA_ONLY = `${TYPE};as=PartialObjectMetadata,application/json`;
/** For a list. */
export const METADATA_LIST_ONLY = `${TYPE};as=PartialObjectMetadataList,application/json`;
