import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { SearchAttribute } from '../src/rollout/names.js';

const define = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** The typed keys of the project's search attributes. */
export const searchKeys = {
  mesh: define(SearchAttribute.mesh),
  cluster: define(SearchAttribute.cluster),
  status: define(SearchAttribute.status),
  step: define(SearchAttribute.step),
  requestedBy: define(SearchAttribute.requestedBy),
};
