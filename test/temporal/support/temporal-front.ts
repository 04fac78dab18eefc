import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certified } from '../../support/certificates.js';

/**
 * A stand-in for the TLS and the API keys of a Temporal Service, which the development server does not have: HTTP/2 over
 * TLS in front of a real server.
 */
export interface TemporalFront {
  /** `localhost:<port>`. */
  readonly address: string;
  /** `authorization` of every call that came, as it came. */
  readonly authorizations: ReadonlySet<string>;
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly server: Certified;
  /** CA of clients; with it a client certificate is required. */
  readonly clientCA?: string;
  /** The only API key that is let in. */
  readonly apiKey?: string;
  /** Services that are refused, such as `OperatorService`, as Temporal Cloud does. */
  readonly refuses?: readonly string[];
}

/** Puts a front before the Temporal server at `address`. */
export async function startTemporalFront(address: string, options: FrontOptions): Promise<TemporalFront> {
  const { server, clientCA, apiKey, refuses = [] } = options;
  const authorizations = new Set<string>();
  let upstream = connectTo(address);
  const front = createSecureServer({
    cert: server.certificate,
    key: server.key,
    ...(clientCA !== undefined && { requestCert: true, rejectUnauthorized: true, ca: clientCA }),
  });
  const sessions = new Set<{ destroy(): void }>();
  front.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  front.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const { authorization = '' } = headers;
    authorizations.add(authorization);
    if (apiKey !== undefined && authorization !== `Bearer ${apiKey}`) return refuse(stream, UNAUTHENTICATED);
    if (refuses.some((service) => headers[':path']?.includes(`.${service}/`))) {
      return refuse(stream, PERMISSION_DENIED);
    }
    // After some minutes Temporal asks for another connection.
    if (upstream.closed || upstream.destroyed) upstream = connectTo(address);
    forward(upstream, stream, headers);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return {
    address: `localhost:${(front.address() as AddressInfo).port}`,
    authorizations,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise<void>((resolve) => front.close(() => resolve()));
    },
  };
}

/** A connection to Temporal that takes no new streams once Temporal has said that it goes away. */
function connectTo(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`);
  session.on('error', () => {});
  session.on('goaway', () => session.close());
  return session;
}

/** Status codes of gRPC. */
const UNAUTHENTICATED = '16';
const PERMISSION_DENIED = '7';

function refuse(stream: ServerHttp2Stream, status: string): void {
  const message = 'Request unauthorized.';
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': message },
    { endStream: true },
  );
}

function forward(
  upstream: ClientHttp2Session,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): void {
  const { ':authority': _authority, ':scheme': _scheme, ...rest } = headers;
  const call = upstream.request(rest);
  call.on('error', () => stream.close());
  stream.on('close', () => call.close());
  stream.pipe(call);
  let trailers: IncomingHttpHeaders = {};
  call.on('trailers', (received) => {
    trailers = received;
  });
  call.on('response', (response, flags) => {
    // A failure without a message comes as headers alone.
    const isOver = (flags & END_STREAM) !== 0;
    stream.respond(response, { waitForTrailers: !isOver, endStream: isOver });
    if (isOver) return;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
}

/** Flag of an HTTP/2 frame. */
const END_STREAM = 1;
