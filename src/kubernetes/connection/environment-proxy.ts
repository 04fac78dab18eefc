import { addressDigits, isExempt } from './no-proxy.js';

/** The variables of a process. */
type Environment = Readonly<Record<string, string | undefined>>;

/** What NO_PROXY need not name, as Go sees it: `localhost`, 127.0.0.0/8 and ::1. */
const LOOPBACK = /^(7f[0-9a-f]{6}|0{31}1)$/;

/**
 * Returns the proxy that the environment names for a server, as kubectl and istioctl see it: HTTPS_PROXY for an https
 * server, HTTP_PROXY for an http server, unless NO_PROXY exempts the server ({@link isExempt}); never for loopback. Names
 * in capitals win over the same ones in lower case, and a proxy without a scheme is an http proxy
 * (Go, golang.org/x/net v0.61.0, http/httpproxy/proxy.go).
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

/** `proxy:3128` and `http://proxy:3128` are the same; undefined for what is no address of a proxy. */
function proxyURL(text: string): string | undefined {
  if (text === '') return undefined;
  return [text, `http://${text}`].find((url) => URL.canParse(url) && new URL(url).host !== '');
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || LOOPBACK.test(addressDigits(hostname.replace(/^\[|\]$/g, '')) ?? '');
}
