/** Addresses of the lab's n-th cluster (from 1); no two clusters share any unless a test asks for it. */
export interface ClusterAddresses {
  /** IP address under which istiod reaches the API server (TEST-NET-3: never routed, not loopback). */
  apiServer: string;
  podCIDR: string;
  serviceCIDR: string;
}

/** @throws RangeError beyond 120 clusters. */
export function clusterAddresses(n: number): ClusterAddresses {
  if (n > 120) throw new RangeError('a lab has addresses for 120 clusters');
  return { apiServer: `203.0.113.${n}`, podCIDR: `10.${n}.0.0/16`, serviceCIDR: `10.${n + 128}.0.0/16` };
}
