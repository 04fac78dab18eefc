import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Lab } from '../../lab/lab.js';
import { checkoutFolder } from '../../lab/tools/recipes-folder.js';
import { primaryOperator, remoteOperator } from '../../src/istio/installers/istioctl/istio-operator.js';
import type { MeshSettings } from '../../src/rollout/resolve/resolved.js';
import { type CpuByProgram, cpuBetween, labCpu } from '../processes/cpu-by-program.js';
import { untilQuiet } from '../processes/quiet.js';
import { expectAttached } from './attached.js';
import { parseStamps, type Stamp } from './script-output.js';

/** One run of the script. */
export interface ScriptRun {
  /** Seconds, the primary's control plane included. */
  readonly wall: number;
  /** Seconds from the primary's control plane to the end. */
  readonly remotesWall: number;
  /** CPU seconds of the script and all its programs, for the remotes alone. */
  readonly remotesCpu: number;
  /** CPU seconds of everything else meanwhile. */
  readonly others: CpuByProgram;
}

/** What the script needs beside a lab: programs by their paths. */
export interface ScriptTools {
  readonly istioctl: string;
  readonly kubectl: string;
}

/**
 * Attaches the remotes of a fresh lab with bench/fleet/attach.sh, twice: from scratch, and again on the unchanged fleet.
 *
 * @throws Error with the output of what failed
 */
export async function attachByScript(
  lab: Lab,
  tools: ScriptTools,
): Promise<{ first: ScriptRun; again: ScriptRun }> {
  const folder = await writeInputs(lab);
  await untilQuiet(lab);
  const first = await runScript(lab, folder, tools);
  await expectAttached(lab);
  await untilQuiet(lab);
  const again = await runScript(lab, folder, tools);
  await expectAttached(lab);
  return { first, again };
}

/** The very values that the rollout renders from; only the address of istiod comes later, from the script. */
async function writeInputs(lab: Lab): Promise<string> {
  const folder = join(lab.directory, 'script');
  await mkdir(folder);
  const settings = meshSettings(lab.primary.name);
  const write = async (cluster: string, kubeconfig: string, operator: object) => {
    await copyFile(kubeconfig, join(folder, `${cluster}.kubeconfig`));
    await writeFile(join(folder, `${cluster}.yaml`), JSON.stringify(operator));
  };
  const { primary, remotes } = lab;
  await write(
    'primary',
    primary.kubeconfigPath,
    primaryOperator({ ...settings, profile: 'minimal', values: {}, accept: [] }),
  );
  for (const { name, kubeconfigPath } of remotes) {
    const input = { ...settings, cluster: name, values: {}, namespaces: [], accept: [] };
    await write(name, kubeconfigPath, remoteOperator(input, { cluster: name, address: '' }));
  }
  const lines = remotes.map(({ name, apiServer }) => `${name} ${apiServer}\n`);
  await writeFile(join(folder, 'remotes.txt'), lines.join(''));
  return folder;
}

function meshSettings(primary: string): MeshSettings {
  return {
    mesh: 'bench',
    rolloutId: '',
    release: '1.31',
    revision: 'default',
    installer: 'istioctl',
    istioNamespace: 'istio-system',
    meshID: 'bench',
    network: 'network1',
    primary,
    progressDeadlineMs: 0,
  };
}

async function runScript(lab: Lab, folder: string, tools: ScriptTools): Promise<ScriptRun> {
  const script = join(await checkoutFolder(), 'bench', 'fleet', 'attach.sh');
  const before = await labCpu(lab);
  const child = spawn('bash', [script, folder], {
    // istioctl and kubectl keep caches of discovery in their home: one of the lab's own is as fresh as its clusters.
    env: { PATH: process.env.PATH, HOME: folder, ISTIOCTL: tools.istioctl, KUBECTL: tools.kubectl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [output, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) {
    const logs = ['primary', ...lab.remotes.map(({ name }) => name)].map(async (name) => {
      const log = await readFile(join(folder, `${name}.log`), 'utf8').catch(() => '');
      return `${name}: ${log.slice(-1000)}`;
    });
    throw new Error(`attach.sh ended with ${status}: ${errors}\n${(await Promise.all(logs)).join('\n')}`);
  }
  const stamps = parseStamps(output);
  const [start, primary, end] = ['start', 'primary', 'end'].map((name) => stamps.get(name)) as [
    Stamp,
    Stamp,
    Stamp,
  ];
  return {
    wall: end.at - start.at,
    remotesWall: end.at - primary.at,
    remotesCpu: end.cpu - primary.cpu,
    others: cpuBetween(before, await labCpu(lab)),
  };
}
