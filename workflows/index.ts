/** The workflow types that the worker serves: the contents of the bundle. */

export { primary } from './cluster/primary.js';
export { remote } from './cluster/remote.js';
export { plan } from './plan.js';
export { rollout } from './rollout/rollout.js';
