import { isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { TLSConfig } from '@temporalio/client';

const TIMEOUT_MS = 2_000;
/** What an HTTP/2 client says first (RFC 9113, 3.4), with empty settings: every server answers it. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/**
 * Why no connection comes about, as far as TLS is the reason: gRPC clients try again until their time is over, and only
 * tell that then. Makes a connection of its own, without any request.
 * @param address host:port
 * @param tls as for the connection; `false` or absent: without TLS
 * @returns the rest of a sentence, e.g. `the server's certificate has expired`; nothing when TLS is not the reason
 */
export function findTlsProblem(
  address: string,
  tls: TLSConfig | false | undefined,
): Promise<string | undefined> {
  return tls ? tryWithTls(address, tls) : tryWithoutTls(address);
}

function tryWithTls(
  address: string,
  { serverRootCACertificate, clientCertPair, serverNameOverride }: TLSConfig,
) {
  const options = {
    ...(serverRootCACertificate && { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
    ...(serverNameOverride && { servername: serverNameOverride }),
  };
  return handshake(address, options, {
    answered: undefined,
    closed: CLIENT_CERTIFICATE,
    failed: (code) => REASONS.find(([pattern]) => pattern.test(code))?.[1],
  });
}

function tryWithoutTls(address: string) {
  const wantsTls = 'the server wants TLS, and TLS is not set';
  // Nothing is sent to this server but the question whether it speaks TLS.
  return handshake(
    address,
    { rejectUnauthorized: false },
    {
      answered: wantsTls,
      closed: wantsTls,
      failed: (code) => (/_ALERT_/.test(code) ? wantsTls : undefined),
    },
  );
}

const CLIENT_CERTIFICATE = 'the server refuses the client certificate, or the lack of one';

/** By the codes of Node and OpenSSL. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/_ALERT_/, CLIENT_CERTIFICATE],
  [/^CERT_HAS_EXPIRED$/, "the server's certificate has expired"],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "the server's certificate is for another name than the address, or than the server name that is set",
  ],
  [
    /SELF_SIGNED|^UNABLE_TO_|^CERT_UNTRUSTED$|^CERT_SIGNATURE_FAILURE$|^INVALID_CA$/,
    "the server's certificate is not from a CA that is known here",
  ],
  [/^CERT_/, "the server's certificate is not valid"],
  [/WRONG_VERSION_NUMBER|^EPROTO$|PACKET_LENGTH_TOO_LONG/, 'the server does not speak TLS'],
  [/^ERR_SSL_|^ERR_TLS_/, 'the handshake breaks off'],
];

interface Outcomes {
  /** When the server answers over TLS. */
  readonly answered: string | undefined;
  /** When it closes the connection after the handshake, as servers do that refuse a client certificate. */
  readonly closed: string;
  readonly failed: (code: string) => string | undefined;
}

function handshake(
  address: string,
  options: ConnectionOptions,
  outcomes: Outcomes,
): Promise<string | undefined> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(address.slice(colon + 1)),
      ALPNProtocols: ['h2'],
      timeout: TIMEOUT_MS,
      ...(isIP(host) === 0 && { servername: host }),
      ...options,
    });
    let isSecure = false;
    const end = (problem: string | undefined) => {
      resolve(problem);
      socket.destroy();
    };
    socket.once('secureConnect', () => {
      isSecure = true;
      socket.write(PREFACE);
    });
    socket.once('data', () => end(outcomes.answered));
    socket.once('timeout', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const { code = '' } = error;
      end(isSecure && /^(ECONNRESET|EPIPE)$/.test(code) ? outcomes.closed : outcomes.failed(code));
    });
    socket.once('close', () => end(isSecure ? outcomes.closed : undefined));
  });
}
