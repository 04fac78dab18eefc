import type { Activities } from '../src/rollout/activities.js';
import { activateInjection } from './activate-injection.js';
import { awaitClusters } from './await-clusters.js';
import { claimCluster } from './claim-cluster.js';
import { collectEndpoints } from './collect-endpoints.js';
import type { ActivityDependencies } from './dependencies.js';
import { deployPrimary } from './deploy-primary.js';
import { findRunningRollout } from './find-running-rollout.js';
import { followClusters } from './follow-clusters.js';
import { followEndpoints } from './follow-endpoints.js';
import { inspectClusters } from './inspect-clusters.js';
import { installRemote } from './install-remote.js';
import { labelNamespaces } from './label-namespaces.js';
import { planPrimary } from './plan-primary.js';
import { planRemote } from './plan-remote.js';
import { pointRemotes } from './point-remotes.js';
import { prepareNamespace } from './prepare-namespace.js';
import { proveRemotes } from './prove-remotes.js';
import { registerRemote } from './register-remote.js';
import { resolve } from './resolve.js';
import { verifyInjection } from './verify-injection.js';
import { verifyRemote } from './verify-remote.js';

/** All activities, to be registered with a worker. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  return {
    resolve: resolve(dependencies),
    inspectClusters: inspectClusters(dependencies),
    deployPrimary: deployPrimary(dependencies),
    collectEndpoints: collectEndpoints(dependencies),
    prepareNamespace: prepareNamespace(dependencies),
    installRemote: installRemote(dependencies),
    registerRemote: registerRemote(dependencies),
    activateInjection: activateInjection(dependencies),
    verifyRemote: verifyRemote(dependencies),
    labelNamespaces: labelNamespaces(dependencies),
    verifyInjection: verifyInjection(dependencies),
    followEndpoints: followEndpoints(dependencies),
    pointRemotes: pointRemotes(dependencies),
    awaitClusters: awaitClusters(dependencies),
    proveRemotes: proveRemotes(dependencies),
    claimCluster: claimCluster(dependencies),
    followClusters: followClusters(dependencies),
    planPrimary: planPrimary(dependencies),
    planRemote: planRemote(dependencies),
    findRunningRollout: findRunningRollout(dependencies),
  };
}
