import { defineSearchAttributeKey } from '@temporalio/common';
import { SearchAttribute } from '../../rollout/names.js';

/** Typed keys of the search attributes, for starting, describing and listing workflows. */
export const searchAttributeKeys = {
  mesh: defineSearchAttributeKey(SearchAttribute.mesh, 'KEYWORD'),
  cluster: defineSearchAttributeKey(SearchAttribute.cluster, 'KEYWORD'),
  status: defineSearchAttributeKey(SearchAttribute.status, 'KEYWORD'),
  step: defineSearchAttributeKey(SearchAttribute.step, 'KEYWORD'),
  requestedBy: defineSearchAttributeKey(SearchAttribute.requestedBy, 'KEYWORD'),
};
