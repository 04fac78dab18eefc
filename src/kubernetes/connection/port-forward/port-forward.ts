import http from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import { type HttpAnswer as ForwardedAnswer, readAnswer } from '../../client/read-answer.js';
import { type ForwardTarget, forwardError } from './port-forward-errors.js';

export type { ForwardedAnswer };

export interface ForwardOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** For the whole exchange. @default 10 s */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Sends one HTTP GET over its own port-forward: the WebSocket of client-node's PortForward is the connection.
 *
 * @throws ClusterError `permission-denied` without `create` on pods/portforward; `api-unavailable` when the Pod, its
 *   node or its port does not answer; the signal's reason when it aborts.
 */
export async function getThroughPortForward(
  config: KubeConfig,
  target: ForwardTarget,
  path: string,
  options: ForwardOptions,
): Promise<ForwardedAnswer> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const complaint = new PassThrough();
  try {
    const connection = await connect(config, target, complaint, signal);
    return await get(connection, target.port, path, options.headers ?? {}, signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw forwardError(error, target, complaint, timeout.aborted ? timeoutMs : undefined);
  }
}

/** Opens the WebSocket and presents it as one stream. Aborting ends it in every state. */
async function connect(
  config: KubeConfig,
  target: ForwardTarget,
  complaint: PassThrough,
  signal: AbortSignal,
): Promise<Duplex> {
  const input = new PassThrough();
  const output = new PassThrough();
  const forward = new PortForward(withSignal(config, signal), true);
  const socket = await forward.portForward(
    target.namespace,
    target.pod,
    [target.port],
    output,
    complaint,
    input,
  );
  // The union in client-node's type is for retries, which are not used here.
  if (typeof socket === 'function') throw new Error('client-node returned a reconnecting socket');
  socket.onclose = () => output.end();
  const connection = Duplex.from({ readable: output, writable: input });
  // Closing waits for the other side, and a server that hangs never responds.
  connection.once('close', () => (signal.aborted ? socket.terminate() : socket.close()));
  return connection;
}

/**
 * Returns the kubeconfig with a signal on the connection that client-node opens. client-node offers no other way to
 * stop it.
 */
function withSignal(config: KubeConfig, signal: AbortSignal): KubeConfig {
  return Object.create(config, {
    applyToHTTPSOptions: {
      value: async (options: http.RequestOptions) => {
        await config.applyToHTTPSOptions(options);
        options.signal = signal;
      },
    },
  });
}

function get(
  connection: Duplex,
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ForwardedAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        createConnection: () => connection,
        path,
        headers: { host: `localhost:${port}`, ...headers, connection: 'close' },
        signal,
      },
      (answer) => {
        readAnswer(answer)
          .then(resolve, reject)
          .finally(() => connection.destroy());
      },
    );
    request.on('error', (error) => {
      reject(error);
      connection.destroy();
    });
    request.end();
  });
}
