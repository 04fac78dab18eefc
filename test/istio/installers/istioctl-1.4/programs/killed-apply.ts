import { primaryCommand } from '../../../../../src/istio/installers/istioctl-1.4/command-lines.js';
import { Istioctl14 } from '../../../../../src/istio/installers/istioctl-1.4/tool.js';
import { ClusterClient } from '../../../../../src/kubernetes/client/cluster-client.js';

/** A worker that runs an apply for a long time; the test kills it. */
const [istioctl = '', kubectl = '', path = ''] = process.argv.slice(2);
const line = primaryCommand({ profile: 'default', istioNamespace: 'istio-system', values: {} });
const signal = new AbortController().signal;
await new Istioctl14({ istioctl, kubectl }).apply(line, new ClusterClient({ name: 'eu-1', path }), {
  signal,
});
