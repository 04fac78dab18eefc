import { getProxyForUrl } from 'proxy-from-env';

const LOOPBACK = /^(localhost|127\.[0-9.]+|\[?::1\]?)$/;

/**
 * The proxy that the environment names for a server: HTTPS_PROXY and HTTP_PROXY, less what NO_PROXY leaves out, and
 * never for loopback, as kubectl and istioctl see it (Go, net/http ProxyFromEnvironment).
 */
export function environmentProxy(server: string): string | undefined {
  if (!URL.canParse(server) || LOOPBACK.test(new URL(server).hostname)) return undefined;
  return getProxyForUrl(server) || undefined;
}
