import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toolsCommand } from '../../../lab/tools/cli.js';
import { type ToolName, toolNames } from '../../../lab/tools/tool-names.js';
import { bench, standIn, temporaryFolder } from './bench.js';

const outputs: Record<ToolName, string> = {
  temporal: 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)',
  etcd: 'etcd Version: 3.7.3',
  'kube-apiserver': 'Kubernetes v1.34.4',
  'kube-controller-manager': 'Kubernetes v1.34.4',
  'kube-scheduler': 'Kubernetes v1.34.4',
  kwok: 'kwok version v0.8.0 go1.26.8 (linux/amd64)',
  istioctl: '{"clientVersion": {"version": "1.31.0"}}',
  'pilot-discovery': '{"clientVersion": {"version": "1.31.0"}}',
};

async function standIns(): Promise<{ folder: string; environment: NodeJS.ProcessEnv }> {
  const { environment } = await bench();
  const folder = await temporaryFolder();
  await Promise.all(toolNames.map((name) => standIn(folder, name, `echo '${outputs[name]}'`)));
  return { folder, environment: { ...environment, MESH_ROLLOUT_TOOLS_DIR: folder } };
}

test('the paths of all tools are printed, a line each, and progress apart from them', async () => {
  const { folder, environment } = await standIns();
  const [printed, progress]: [string[], string[]] = [[], []];
  const print = (text: string) => void printed.push(text);
  await toolsCommand({ environment, print, onProgress: (line) => void progress.push(line) });
  const lines = printed.join('').trimEnd().split('\n');
  expect(lines.map((line) => line.split(/ +/))).toEqual(toolNames.map((name) => [name, join(folder, name)]));
  expect(progress).toContain(`tools: etcd 3.7.3 from MESH_ROLLOUT_TOOLS_DIR: ${join(folder, 'etcd')}`);
  expect(progress).toHaveLength(toolNames.length);
});

test('as JSON they are one object', async () => {
  const { folder, environment } = await standIns();
  let text = '';
  const print = (more: string) => {
    text += more;
  };
  await toolsCommand({ environment, output: 'json', print, onProgress: () => undefined });
  expect(JSON.parse(text)).toEqual(Object.fromEntries(toolNames.map((name) => [name, join(folder, name)])));
});
