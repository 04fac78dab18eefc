import { execa } from 'execa';
import type { ToolName } from './tool-names.js';

interface VersionRule {
  /** Arguments that make the tool print its version, with no cluster at hand. */
  readonly arguments: readonly string[];
  readonly pattern: RegExp;
  /** First version that fits. */
  readonly from: string;
  /** First version above it that does not. */
  readonly below: string;
}

// A minor of Kubernetes or Istio changes flags and rendered objects; the lab is written for these.
const kubernetes = {
  arguments: ['--version'],
  pattern: /^Kubernetes v(\S+)/m,
  from: '1.34.0',
  below: '1.35.0',
};
const istio = {
  arguments: ['version', '--output', 'json'],
  pattern: /"version":\s*"v?(\d+\.\d+\.\d+[^"]*)"/,
  from: '1.31.0',
  below: '1.32.0',
};

// In 1.16 and later flags, APIs and kubectl's pruning differ from what Istio 1.4 was made for.
const oldKubernetes = { ...kubernetes, from: '1.15.0', below: '1.16.0' };
const oldIstio = { ...istio, from: '1.4.3', below: '1.5.0' };
const previousIstio = { ...istio, from: '1.30.0', below: '1.31.0' };

const withoutCluster = (rule: VersionRule) => ({ ...rule, arguments: [...rule.arguments, '--remote=false'] });

const rules: Record<ToolName, VersionRule> = {
  temporal: { arguments: ['--version'], pattern: /^temporal version (\S+)/m, from: '1.8.2', below: '2.0.0' },
  etcd: { arguments: ['--version'], pattern: /^etcd Version: (\S+)/m, from: '3.6.0', below: '4.0.0' },
  'kube-apiserver': kubernetes,
  'kube-controller-manager': kubernetes,
  'kube-scheduler': kubernetes,
  kwok: { arguments: ['--version'], pattern: /^kwok version v?(\d\S*)/m, from: '0.8.0', below: '0.9.0' },
  istioctl: withoutCluster(istio),
  'pilot-discovery': istio,
  'kube-apiserver-1.15': oldKubernetes,
  'kube-controller-manager-1.15': oldKubernetes,
  'kube-scheduler-1.15': oldKubernetes,
  'kubectl-1.15': {
    ...oldKubernetes,
    arguments: ['version', '--client', '--output', 'json'],
    pattern: /"gitVersion":\s*"v([^"]+)"/,
  },
  'istioctl-1.4': withoutCluster(oldIstio),
  'pilot-discovery-1.4': oldIstio,
  'sidecar-injector-1.4': oldIstio,
  'istio_ca-1.4': oldIstio,
  'istioctl-1.30': withoutCluster(previousIstio),
  'pilot-discovery-1.30': previousIstio,
  helm: { arguments: ['version', '--short'], pattern: /^v(\S+)/m, from: '3.22.0', below: '4.0.0' },
};

/** What a binary says about itself. */
export interface VersionCheck {
  readonly fits: boolean;
  /** Its version without a leading v; else the reason why it has none. */
  readonly found: string;
}

const numbers = (version: string): number[] => version.split(/[.+-]/, 3).map(Number);

/** Compares major, minor and patch; negative when `a` is the older. Pre-release suffixes are not looked at. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  const differing = [0, 1, 2].find((place) => (left[place] ?? 0) !== (right[place] ?? 0));
  return differing === undefined ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
}

/** The versions of a tool that fit, for messages: `1.34.0 or newer, below 1.35.0`. */
export function wantedVersions(tool: ToolName): string {
  return `${rules[tool].from} or newer, below ${rules[tool].below}`;
}

/** Runs the tool's version command, at most 20 s, and says whether that version fits. Never fails: a tool that does not run does not fit. */
export async function checkVersion(
  tool: ToolName,
  path: string,
  environment: NodeJS.ProcessEnv,
): Promise<VersionCheck> {
  const rule = rules[tool];
  const options = {
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    timeout: 20_000,
    reject: false,
  } as const;
  const result = await execa(path, rule.arguments, options);
  if (result.failed) return { fits: false, found: `no version (${result.shortMessage})` };
  const found = rule.pattern.exec(result.stdout)?.[1];
  if (found === undefined)
    return { fits: false, found: `no version (it printed ${JSON.stringify(result.stdout.slice(0, 100))})` };
  return { fits: compareVersions(found, rule.from) >= 0 && compareVersions(found, rule.below) < 0, found };
}
