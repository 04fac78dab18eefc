import { z } from 'zod';

/** Environment variables as a process gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const port = (what: string) =>
  z
    .string()
    .regex(/^\d{1,5}$/, `expected ${what}, a number from 0 to 65535`)
    .transform(Number)
    .refine((value) => value <= 65_535, `expected ${what}, a number from 0 to 65535`);

const count = (what: string, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `expected ${what}, a number from 1 to ${max}`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `expected ${what}, a number from 1 to ${max}`);

/** A port on loopback, or host:port. */
const listenAddress = z
  .string()
  .regex(/^((\[[0-9a-fA-F:]+\]|[^\s:/]+):)?\d{1,5}$/, 'expected a port (on loopback), or host:port')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    const host = colon === -1 ? '127.0.0.1' : text.slice(0, colon).replace(/^\[|\]$/g, '');
    return { host, port: Number(text.slice(colon + 1)) };
  })
  .refine((address) => address.port <= 65_535, 'expected a port from 0 to 65535');

/**
 * Every environment variable of the project's own (those of Temporal are in temporal-settings.ts): what it is for is its description, what it must look like is its
 * message. A variable that is empty counts as not set, as compose files leave them.
 */
export const VARIABLES = z.object({
  MESH_ROLLOUT_INVENTORY: z
    .string()
    .optional()
    .describe('File with the inventory; worker and API server need it, the API server without kubeconfigs'),
  MESH_ROLLOUT_ISTIOCTL: z
    .string()
    .default('istioctl')
    .describe(
      'Path of istioctl, or its name on PATH; several, one for each release, with colons between; for the worker',
    ),
  MESH_ROLLOUT_KUBECTL: z
    .string()
    .default('kubectl')
    .describe(
      'Path of the kubectl that istioctl 1.4 calls, 1.15 to 1.26, or its name on PATH; for the worker',
    ),
  MESH_ROLLOUT_HELM: z
    .string()
    .default('helm')
    .describe('Path of Helm, or its name on PATH; for the worker, where documents say installer: helm'),
  MESH_ROLLOUT_HELM_CHARTS: z
    .string()
    .regex(
      /^\d+\.\d+=[^,\s]+(,\d+\.\d+=[^,\s]+)*$/,
      'expected <release>=<folder>, or <release>=<repository>@<version>, with commas between',
    )
    .optional()
    .describe("Where Istio's charts are, by release; for the worker, where documents say installer: helm"),
  MESH_ROLLOUT_HOST: z
    .string()
    .regex(/^[^\s/]+$/, 'expected a host name or an address')
    .default('127.0.0.1')
    .describe('Address the API server listens on; another than loopback needs tokens'),
  MESH_ROLLOUT_PORT: port('a port').default(8180).describe('Port of the API server; 0 = any free one'),
  MESH_ROLLOUT_TOKENS_FILE: z
    .string()
    .optional()
    .describe('File with the bearer tokens that the API server accepts; read again when it changes'),
  MESH_ROLLOUT_BEHIND_TLS: z
    .enum(['on', 'off'], 'expected on or off')
    .default('off')
    .describe('Whether nobody reaches the API server but through TLS, so that it need not warn'),
  MESH_ROLLOUT_CODEC_KEYS_FILE: z
    .string()
    .optional()
    .describe('File with the keys that encrypt what Temporal keeps; worker and API server need the same'),
  MESH_ROLLOUT_CODEC_KEYS: z.string().optional().describe('The same keys, instead of a file'),
  MESH_ROLLOUT_CODEC_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'expected origins such as http://127.0.0.1:8233, with commas',
    )
    .optional()
    .describe("Origins of Temporal UIs whose pages may use the API server's codec endpoint"),
  MESH_ROLLOUT_API: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .default('http://127.0.0.1:8180')
    .describe('Base URL of the API, for the CLI'),
  MESH_ROLLOUT_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'expected one line without spaces')
    .optional()
    .describe('Bearer token that the CLI sends'),
  MESH_ROLLOUT_LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'expected trace, debug, info, warn, error or silent',
    )
    .default('info')
    .describe('Least level that worker and API server log'),
  MESH_ROLLOUT_WORKER_ACTIVITIES: count('how many activities may run at once', 1000)
    .default(100)
    .describe('Activities that one worker runs at once'),
  MESH_ROLLOUT_WORKER_DEPLOYMENT: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'expected letters, digits, - and _, at most 63')
    .default('mesh-rollout')
    .describe('Name of the Worker Deployment that the workers are versions of'),
  MESH_ROLLOUT_WORKER_PROMOTE: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .describe('Whether a new version of the workers gets the new rollouts by itself'),
  MESH_ROLLOUT_WORKER_HEALTH_PORT: z
    .union([z.literal('off'), port('a port, or off')], 'expected a port, or off')
    .default(8181)
    .describe('Loopback port with /healthz and /readyz of the worker; off = none'),
  MESH_ROLLOUT_WORKER_METRICS: listenAddress
    .optional()
    .describe('Port on loopback, or host:port, with /metrics of the worker; not set = none'),
  MESH_ROLLOUT_WORKER_SDK_METRICS: listenAddress
    .optional()
    .describe("The same for the metrics of Temporal's SDK in the worker"),
});

/** Names of variables whose value must never be shown. */
export const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  'MESH_ROLLOUT_TOKEN',
  'MESH_ROLLOUT_CODEC_KEYS',
]);

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
