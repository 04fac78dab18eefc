import type { Activities } from '../src/rollout/activities.js';
import { awaitClusters } from './checks/await-clusters.js';
import { inspectClusters } from './checks/inspect-clusters.js';
import { resolve } from './checks/resolve.js';
import type { ActivityDependencies } from './dependencies.js';
import { followEndpoints } from './endpoints/follow-endpoints.js';
import { pointRemotes } from './endpoints/point-remotes.js';
import { proveRemotes } from './endpoints/prove-remotes.js';
import { claimCluster } from './locks/claim-cluster.js';
import { findRunningRollout } from './locks/find-running-rollout.js';
import { followClusters } from './locks/follow-clusters.js';
import { planPrimary } from './plans/plan-primary.js';
import { planRemote } from './plans/plan-remote.js';
import { activateInjection } from './steps/activate-injection.js';
import { collectEndpoints } from './steps/collect-endpoints.js';
import { deployPrimary } from './steps/deploy-primary.js';
import { installRemote } from './steps/install-remote.js';
import { labelNamespaces } from './steps/label-namespaces.js';
import { prepareNamespace } from './steps/prepare-namespace.js';
import { registerRemote } from './steps/register-remote.js';
import { verifyInjection } from './steps/verify-injection.js';
import { verifyRemote } from './steps/verify-remote.js';

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
