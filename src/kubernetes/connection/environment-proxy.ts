import { addressDigits, isExempt } from './no-proxy.js';

/** The variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Addresses that never use a proxy, as in Go: `localhost`, 127.0.0.0/8 and ::1. */
const LOOPBACK = /^(7f[0-9a-f]{6}|0{31}1)$/;

/**
 * Returns the proxy that the environment sets for a server, as kubectl and istioctl see it: HTTPS_PROXY for an https
 * server, HTTP_PROXY for an http server, unless NO_PROXY exempts the server ({@link isExempt}). Loopback addresses
 * never use a proxy. Upper-case names override lower-case ones, and a proxy without a scheme is an http proxy (Go,
 * golang.org/x/net v0.61.0, http/httpproxy/proxy.go).
 */
export function environmentProxy(server: string, environment: Environment = process.env): string | undefined {
  if (!URL.canParse(server)) return undefined;
  const { protocol, hostname, port } = new URL(server);
  const isSecure = protocol === 'https:';
  if (!isSecure && protocol !== 'http:') return undefined;
  const proxy = proxyURL(variable(environment, isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY'));
  if (proxy === undefined || isLoopback(hostname)) return undefined;
  const noProxy = variable(environment, 'NO_PROXY');
  return isExempt(noProxy, hostname, port || (isSecure ? '443' : '80')) ? undefined : proxy;
}

function variable(environment: Environment, name: string): string {
  return environment[name] || environment[name.toLowerCase()] || '';
}

/**
 * Returns the URL of a proxy: `proxy:3128` means `http://proxy:3128`. Returns undefined if the text is not a proxy
 * address.
 */
function proxyURL(text: string): string | undefined {
  if (text === '') return undefined;
  return [text, `http://${text}`].find((url) => URL.canParse(url) && new URL(url).host !== '');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || LOOPBACK.test(addressDigits(hostname.replace(/^\[|\]$/g, '')) ?? '');
}
