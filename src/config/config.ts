import { delimiter } from 'node:path';
import { redact } from '../base/text/redact.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { type Environment, SECRET_VARIABLES, VARIABLES } from './environment.js';

/**
 * What the project's own variables say, parsed once at start; deeply frozen. Only composition roots read it. Services
 * need a ServiceConfig.
 */
export interface Config {
  /** Path of the inventory file; see {@link requireInventory}. */
  readonly inventory?: string;
  /** Paths of istioctl, or its name on PATH; one for each minor of Istio. */
  readonly istioctl: readonly string[];
  /** Path of kubectl, or its name on PATH: istioctl 1.4 calls it. */
  readonly kubectl: string;
  /** Path of Helm, or its name on PATH. */
  readonly helm: string;
  /** Where Istio's charts are, as `<release>=<source>` with commas between. */
  readonly helmCharts?: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly tokensFile?: string;
    /** Whether the operator says that a proxy with TLS stands in front of the API. */
    readonly isBehindTls: boolean;
  };
  /** What is absent is off. `sdkMetricsAddress` is host:port. */
  readonly worker: {
    readonly maxActivities: number;
    readonly healthPort?: number;
    readonly metricsAddress?: { readonly host: string; readonly port: number };
    readonly sdkMetricsAddress?: string;
    /** Name of the Worker Deployment. */
    readonly deployment: string;
    /** Whether a new version of the workers becomes current by itself. */
    readonly promote: boolean;
  };
  /** The codec: where its keys are (see codec-settings.ts), and which origins of UIs may use its endpoint. */
  readonly codec: {
    readonly keysFile?: string;
    readonly keys?: string;
    readonly origins: readonly string[];
  };
  /** What the CLI uses: base URL of the API, without a slash at the end, and its token. */
  readonly client: { readonly api: string; readonly token?: string };
}

/**
 * Parses the environment.
 * @throws ConfigError with every problem at once: which variable, what it is, what to do
 */
export function readConfig(environment: Environment): Config {
  const set = Object.fromEntries(
    Object.keys(VARIABLES.shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = VARIABLES.safeParse(set);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => problemOf(String(issue.path[0]), issue.message, set)),
    );
  }
  const value = parsed.data;
  return freeze({
    ...(value.MESH_ROLLOUT_INVENTORY !== undefined && { inventory: value.MESH_ROLLOUT_INVENTORY }),
    istioctl: value.MESH_ROLLOUT_ISTIOCTL.split(delimiter).filter((path) => path !== ''),
    kubectl: value.MESH_ROLLOUT_KUBECTL,
    helm: value.MESH_ROLLOUT_HELM,
    ...(value.MESH_ROLLOUT_HELM_CHARTS !== undefined && { helmCharts: value.MESH_ROLLOUT_HELM_CHARTS }),
    logLevel: value.MESH_ROLLOUT_LOG_LEVEL,
    server: {
      host: value.MESH_ROLLOUT_HOST,
      port: value.MESH_ROLLOUT_PORT,
      isBehindTls: value.MESH_ROLLOUT_BEHIND_TLS === 'on',
      ...(value.MESH_ROLLOUT_TOKENS_FILE !== undefined && { tokensFile: value.MESH_ROLLOUT_TOKENS_FILE }),
    },
    worker: {
      maxActivities: value.MESH_ROLLOUT_WORKER_ACTIVITIES,
      deployment: value.MESH_ROLLOUT_WORKER_DEPLOYMENT,
      promote: value.MESH_ROLLOUT_WORKER_PROMOTE === 'on',
      ...(value.MESH_ROLLOUT_WORKER_HEALTH_PORT !== 'off' && {
        healthPort: value.MESH_ROLLOUT_WORKER_HEALTH_PORT,
      }),
      ...(value.MESH_ROLLOUT_WORKER_METRICS && { metricsAddress: value.MESH_ROLLOUT_WORKER_METRICS }),
      ...(value.MESH_ROLLOUT_WORKER_SDK_METRICS && {
        sdkMetricsAddress: hostAndPort(value.MESH_ROLLOUT_WORKER_SDK_METRICS),
      }),
    },
    codec: {
      ...(value.MESH_ROLLOUT_CODEC_KEYS_FILE !== undefined && {
        keysFile: value.MESH_ROLLOUT_CODEC_KEYS_FILE,
      }),
      ...(value.MESH_ROLLOUT_CODEC_KEYS !== undefined && { keys: value.MESH_ROLLOUT_CODEC_KEYS }),
      origins: value.MESH_ROLLOUT_CODEC_ORIGINS ?? [],
    },
    client: {
      api: value.MESH_ROLLOUT_API.replace(/\/+$/, ''),
      ...(value.MESH_ROLLOUT_TOKEN !== undefined && { token: value.MESH_ROLLOUT_TOKEN }),
    },
  });
}

/**
 * The path of the inventory, for those that cannot do without.
 * @throws ConfigError when MESH_ROLLOUT_INVENTORY is not set
 */
export function requireInventory(config: Config): string {
  if (config.inventory !== undefined) return config.inventory;
  throw new ConfigError([
    {
      variable: 'MESH_ROLLOUT_INVENTORY',
      message: 'is not set',
      action:
        'Set it to the path of the file that names the clusters, for the worker with their kubeconfigs.',
    },
  ]);
}

function hostAndPort({ host, port }: { host: string; port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function problemOf(
  variable: string,
  expectation: string,
  set: Record<string, string | undefined>,
): ConfigProblem {
  const shown = SECRET_VARIABLES.has(variable)
    ? 'is not usable'
    : `is ${redact(JSON.stringify(set[variable]))}`;
  const fallback = VARIABLES.safeParse({}).data?.[variable as keyof typeof VARIABLES.shape];
  return {
    variable,
    message: `${shown}: ${expectation}`,
    action: fallback === undefined ? 'Correct it or unset it.' : `Correct it, or unset it for ${fallback}.`,
  };
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
