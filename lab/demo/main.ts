import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Lab, startLab } from '../lab.js';
import { prepareProduct } from '../product.js';
import { ensureTools } from '../tools/tools.js';
import { untilInterrupted } from './interrupt.js';
import { runDemo } from './run.js';

/**
 * `npm run demo`: real clusters, one rollout, a worker killed in its middle, and the table at the end.
 * With `--keep` everything stays up until Ctrl-C. Exit status 0 when every remote is attached and proven.
 */
const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
// With the time of day, as the lines of `mesh-rollout watch` among them.
const say = (line: string) => console.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);

const tools = await ensureTools({ onProgress: say });
const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-demo-'));
say('lab: starting Temporal, a primary and two remotes');
const lab: Lab = await startLab({ directory, tools, remotes: 2, onProgress: (line) => say(`lab: ${line}`) });
const product = await prepareProduct(lab, tools);
let status = 1;
try {
  status = await runDemo(lab, product, say);
  if (values.keep) {
    say('everything stays up until Ctrl-C, and is gone after it:');
    console.log(`
  Temporal UI   ${lab.temporal.uiUrl}/namespaces/default/workflows/mesh%2Fdemo
  API           ${product.api}/v1/rollouts/demo
  CLI           MESH_ROLLOUT_API=${product.api} npx mesh-rollout status demo
  Temporal      ${lab.temporal.address}
  inventory     ${lab.inventoryPath}
${lab.clusters.map(({ name, kubeconfigPath }) => `  ${name.padEnd(13)} kubectl --kubeconfig ${kubeconfigPath} get pods -A`).join('\n')}
  logs          ${product.workerLog}
                ${product.serverLog}
`);
    await untilInterrupted();
  }
} finally {
  say('taking everything down');
  await product.stop();
  await lab.stop();
}
process.exitCode = status;
