import { isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { TLSConfig } from '@temporalio/client';

const TIMEOUT_MS = 2_000;
/** The first message of an HTTP/2 client (RFC 9113, 3.4), with empty settings. Every server answers it. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/**
 * Returns why a connection fails, if TLS is the reason. gRPC clients retry until their deadline and then report only
 * that. This function opens its own connection, without any request.
 * @param address host:port
 * @param tls as for the connection; `false` or absent: without TLS
 * @returns the rest of a sentence, e.g. `the server's certificate has expired`; undefined when TLS is not the reason
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
  const wantsTls = 'the server requires TLS, but TLS is not configured';
  // The only thing sent to this server is the test whether it speaks TLS.
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

const CLIENT_CERTIFICATE = 'the server refuses the client certificate, or requires one';

/** The reasons by the codes of Node and OpenSSL. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/_ALERT_/, CLIENT_CERTIFICATE],
  [/^CERT_HAS_EXPIRED$/, "the server's certificate has expired"],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "the server's certificate is for a name other than the address or the configured server name",
  ],
  [
    /SELF_SIGNED|^UNABLE_TO_|^CERT_UNTRUSTED$|^CERT_SIGNATURE_FAILURE$|^INVALID_CA$/,
    "the server's certificate is not from a known CA",
  ],
  [/^CERT_/, "the server's certificate is not valid"],
  [/WRONG_VERSION_NUMBER|^EPROTO$|PACKET_LENGTH_TOO_LONG/, 'the server does not speak TLS'],
  [/^ERR_SSL_|^ERR_TLS_/, 'the handshake fails'],
];

interface Outcomes {
  /** The problem when the server answers over TLS. */
  readonly answered: string | undefined;
  /**
   * The problem when it closes the connection after the handshake, as servers do when they refuse a client
   * certificate.
   */
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
