import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reservePort } from '../../../lab/network/ports.js';

describe('reserved ports', () => {
  it('are never given out twice, also when many are asked for at once', async () => {
    const ports = await Promise.all(Array.from({ length: 250 }, reservePort));
    expect(new Set(ports).size).toBe(250);
  });

  it('can be listened on, and lie below those that the system gives to outgoing connections', async () => {
    const port = await reservePort();
    expect(port).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});
