/** The workflow types that the worker serves: what the bundle holds. */
export { plan } from './plan.js';
export { primary } from './primary.js';
export { remote } from './remote.js';
export { rollout } from './rollout.js';
