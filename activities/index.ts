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
import { stepActivities } from './steps.js';

/** All activities, to be registered with a worker. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  return {
    resolve: resolve(dependencies),
    inspectClusters: inspectClusters(dependencies),
    ...stepActivities(dependencies),
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
