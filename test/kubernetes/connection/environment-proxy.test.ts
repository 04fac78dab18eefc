import { describe, expect, test } from 'vitest';
import { environmentProxy } from '../../../src/kubernetes/connection/environment-proxy.js';

/**
 * The cases are those of golang.org/x/net v0.61.0, http/httpproxy/proxy_test.go, but for a server that is an IPv6 address
 * with a zone, which no URL of Node can be, and for CGI.
 */

const usesProxy = (noProxy: string, server: string) =>
  environmentProxy(server, { HTTP_PROXY: 'proxy', HTTPS_PROXY: 'proxy', NO_PROXY: noProxy }) !== undefined;

describe('NO_PROXY as Go reads it', () => {
  const NO_PROXY =
    'foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64';

  test.each([
    // Loopback is never proxied.
    ['localhost', false],
    ['127.0.0.1', false],
    ['127.0.0.2', false],
    ['[::1]', false],
    ['[::2]', true],

    ['192.168.1.1', false],
    // The entry names another port.
    ['192.168.1.2', true],
    ['192.168.1.3', false],
    ['192.168.1.4', true],
    ['10.0.0.2', false],
    ['10.0.0.4', true],
    ['[2001:db8::52:0:1]', false],
    ['[2001:db8::52:0:2]', true],
    ['[2001:db8::52:0:3]', false],
    ['[2002:db8:a::123]', false],
    ['[fe80::424b:c8be:1643:a1b6]', true],

    // A leading dot, or `*.`, is subdomains only; a bare domain includes them.
    ['barbaz.net', true],
    ['www.barbaz.net', false],
    ['foobar.com', false],
    ['www.foobar.com', false],
    ['foofoobar.com', true],
    ['baz.com', true],
    ['localhost.net', true],
    ['local.localhost', true],
    ['barbarbaz.net', true],
    ['wildcard.io', true],
    ['nested.wildcard.io', false],
    ['awildcard.io', true],
  ])('%s: goes through the proxy: %s', (host, expected) => {
    expect(usesProxy(NO_PROXY, `http://${host}:80`)).toBe(expected);
    expect(usesProxy('*', `http://${host}:80`)).toBe(false);
  });

  test.each([
    ['', 'https://example.com', true],
    ['example.com', 'http://example.com/', false],
    ['.example.com', 'http://example.com/', true],
    ['ample.com', 'http://example.com/', true],
    ['example.com', 'http://foo.example.com/', false],
    ['.foo.com', 'http://example.com/', true],
    ['.示例.com', 'http://www.示例.com', false],
    ['xn--fsq092h.com', 'http://www.示例.com', false],
    ['示例.com', 'http://www.xn--fsq092h.com', false],
    [':1', 'http://example.com', true],
    ['EXAMPLE.com', 'https://Example.COM', false],
    // Commas separate, and nothing else does.
    ['a.com b.com', 'https://b.com', true],
    ['a.com\t,\tb.com ', 'https://b.com', false],
    // The default port of a protocol is a port like any other.
    ['example.com:443', 'https://example.com', false],
    ['example.com:6443', 'https://example.com', true],
    ['example.com:6443', 'https://example.com:6443', false],
    // A CIDR and a port do not go together; brackets need a port.
    ['10.0.0.0/8:6443', 'https://10.0.0.1:6443', true],
    ['[2001:db8::1]', 'https://[2001:db8::1]', true],
    // IPv4 inside IPv6 is IPv4; names and addresses are never the same.
    ['10.0.0.0/8', 'https://[::ffff:10.0.0.1]', false],
    ['::ffff:10.0.0.1', 'https://10.0.0.1', false],
    ['0.0.0.1', 'https://10.0.0.1', true],
    ['10.0.0.0/33', 'https://10.0.0.1', true],
    ['example.com/', 'https://example.com', true],
  ])('NO_PROXY=%j, %s: goes through the proxy: %s', (noProxy, server, expected) => {
    expect(usesProxy(noProxy, server)).toBe(expected);
  });
});

describe('the proxy', () => {
  test.each([
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['cache.corp.example.com:1234', 'http://cache.corp.example.com:1234'],
    ['cache.corp.example.com', 'http://cache.corp.example.com'],
    ['localhost', 'http://localhost'],
    ['anna:geheim@cache:1234', 'http://anna:geheim@cache:1234'],
    ['https://cache.corp.example.com', 'https://cache.corp.example.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://127.0.0.1:8080', 'https://127.0.0.1:8080'],
    ['socks5://127.0.0.1', 'socks5://127.0.0.1'],
    ['foo://host', 'foo://host'],
    ['', undefined],
    ['[', undefined],
  ])('HTTPS_PROXY=%j is %s', (value, expected) => {
    expect(environmentProxy('https://example.com', { HTTPS_PROXY: value })).toBe(expected);
  });

  test('is the one of the protocol of the server, and of no other', () => {
    const environment = {
      HTTP_PROXY: 'http.proxy.tld',
      HTTPS_PROXY: 'secure.proxy.tld',
      ALL_PROXY: 'all.tld',
    };
    expect(environmentProxy('http://insecure.tld/', environment)).toBe('http://http.proxy.tld');
    expect(environmentProxy('https://secure.tld/', environment)).toBe('http://secure.proxy.tld');
    expect(environmentProxy('ftp://insecure.tld/', environment)).toBeUndefined();
    expect(
      environmentProxy('https://secure.tld/', { HTTP_PROXY: 'http.proxy.tld', ALL_PROXY: 'all.tld' }),
    ).toBeUndefined();
    expect(environmentProxy('no server', environment)).toBeUndefined();
  });

  test('may stand in lower case; capitals win', () => {
    expect(environmentProxy('https://a.com', { https_proxy: 'lower' })).toBe('http://lower');
    expect(environmentProxy('https://a.com', { https_proxy: 'lower', HTTPS_PROXY: 'UPPER' })).toBe(
      'http://UPPER',
    );
    const both = { HTTPS_PROXY: 'proxy', NO_PROXY: 'b.com', no_proxy: 'a.com' };
    expect(environmentProxy('https://a.com', both)).toBe('http://proxy');
    expect(environmentProxy('https://b.com', both)).toBeUndefined();
    expect(environmentProxy('https://a.com', { ...both, NO_PROXY: '' })).toBeUndefined();
  });
});
