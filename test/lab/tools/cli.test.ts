import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toolsCommand } from '../../../lab/tools/cli.js';
import { oldTools, ordinaryTools, type ToolName, toolNames } from '../../../lab/tools/tool-names.js';
import { bench, standIn, temporaryFolder } from './bench.js';

const istio = (version: string) => `{"clientVersion": {"version": "${version}"}}`;

const outputs: Partial<Record<ToolName, string>> = {
  temporal: 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)',
  etcd: 'etcd Version: 3.7.3',
  kwok: 'kwok version v0.8.0 go1.26.8 (linux/amd64)',
  'kubectl-1.15': '{"clientVersion": {"gitVersion": "v1.15.12"}}',
  helm: 'v3.22.0',
};

/** What the tool says with a version that fits. */
function output(tool: ToolName): string {
  if (tool.startsWith('kube-')) return `Kubernetes v${tool.endsWith('-1.15') ? '1.15.12' : '1.34.4'}`;
  const version = { '.30': '1.30.0', '1.4': '1.4.3' }[tool.slice(-3)] ?? '1.31.0';
  return outputs[tool] ?? istio(version);
}

async function standIns(): Promise<{ folder: string; environment: NodeJS.ProcessEnv }> {
  const { environment } = await bench();
  const folder = await temporaryFolder();
  await Promise.all(toolNames.map((name) => standIn(folder, name, `echo '${output(name)}'`)));
  return { folder, environment: { ...environment, MESH_ROLLOUT_TOOLS_DIR: folder } };
}

test('the paths of the ordinary tools are printed, a line each, and progress apart from them', async () => {
  const { folder, environment } = await standIns();
  const [printed, progress]: [string[], string[]] = [[], []];
  const print = (text: string) => void printed.push(text);
  await toolsCommand({ environment, print, onProgress: (line) => void progress.push(line) });
  const lines = printed.join('').trimEnd().split('\n');
  expect(lines.map((line) => line.split(/ +/))).toEqual(
    ordinaryTools.map((name) => [name, join(folder, name)]),
  );
  expect(progress).toContain(`tools: etcd 3.7.3 from MESH_ROLLOUT_TOOLS_DIR: ${join(folder, 'etcd')}`);
  expect(progress).toHaveLength(ordinaryTools.length);
});

test('as JSON they are one object', async () => {
  const { folder, environment } = await standIns();
  let text = '';
  const print = (more: string) => {
    text += more;
  };
  await toolsCommand({ environment, output: 'json', print, onProgress: () => undefined });
  expect(JSON.parse(text)).toEqual(
    Object.fromEntries(ordinaryTools.map((name) => [name, join(folder, name)])),
  );
});

test('those of a release are that release’s, and what serves every lab', async () => {
  const { environment } = await standIns();
  let text = '';
  const print = (more: string) => {
    text += more;
  };
  await toolsCommand({ environment, release: '1.4', output: 'json', print, onProgress: () => undefined });
  expect(Object.keys(JSON.parse(text))).toEqual(['temporal', 'etcd', 'kwok', ...oldTools]);
});
