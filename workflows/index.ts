/** The workflow types that the worker serves: what the bundle holds. */

export { primary } from './cluster/primary.js';
export { remote } from './cluster/remote.js';
export { plan } from './plan.js';
export { rollout } from './rollout/rollout.js';
