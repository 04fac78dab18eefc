import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of a test. */
export interface Authority {
  readonly certificate: string;
  /** Issues a certificate: for a server with `names`, DNS names or IPv4 addresses; for a client without. */
  issue(commonName: string, options?: { names?: readonly string[]; expired?: boolean }): Certified;
}

/** Makes a certificate authority. Node has no maker of X.509 certificates (RFC 5280), so this writes their DER. */
export function createAuthority(commonName: string): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const build = (subject: string, publicKey: KeyObject, extensions: Buffer[], expired = false) =>
    pem(
      'CERTIFICATE',
      certificate({ issuer: commonName, subject, publicKey, extensions, expired }, own.privateKey),
    );
  return {
    certificate: build(commonName, own.publicKey, [IS_AUTHORITY, SIGNS_CERTIFICATES]),
    issue: (subject, { names = [], expired = false } = {}) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const extensions = names.length > 0 ? [alternativeNames(names)] : [];
      return {
        certificate: build(subject, publicKey, extensions, expired),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface Content {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly expired: boolean;
}

function certificate(
  { issuer, subject, publicKey, extensions, expired }: Content,
  signer: KeyObject,
): Buffer {
  const day = 24 * 3600 * 1000;
  const now = Date.now();
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name(issuer),
    sequence(time(now - 2 * day), time(expired ? now - day : now + day)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  );
  return sequence(content, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), sign('sha256', content, signer)));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function objectId(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function name(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId(0x55, 4, 3), der(0x0c, Buffer.from(commonName)))));
}

function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}

function extension(id: Buffer, content: Buffer, critical = false): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(id, ...flag, der(0x04, content));
}

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((each) =>
    /^[\d.]+$/.test(each)
      ? der(0x87, Buffer.from(each.split('.').map(Number)))
      : der(0x82, Buffer.from(each)),
  );
  return extension(objectId(0x55, 0x1d, 0x11), sequence(...entries));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const ECDSA_WITH_SHA256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
const IS_AUTHORITY = extension(objectId(0x55, 0x1d, 0x13), sequence(der(0x01, Buffer.from([0xff]))), true);
const SIGNS_CERTIFICATES = extension(objectId(0x55, 0x1d, 0x0f), der(0x03, Buffer.from([1, 6])), true);
