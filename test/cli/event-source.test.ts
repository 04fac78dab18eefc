import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readEvents, type ServerSentEvent } from '../../src/cli/event-source.js';

async function read(...chunks: Uint8Array[]): Promise<ServerSentEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: ServerSentEvent[] = [];
  for await (const event of readEvents(stream, new AbortController().signal)) events.push(event);
  return events;
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('readEvents', () => {
  it('reads events with and without id, and passes over comments', async () => {
    expect(
      await read(bytes('id: 7\nevent: change\ndata: {"a":1}\n\n: still here\n\ndata: x\ndata: y\n\n')),
    ).toEqual([
      { id: '7', event: 'change', data: '{"a":1}' },
      { event: 'message', data: 'x\ny' },
    ]);
  });

  it('puts together what comes in pieces, letters included', async () => {
    const all = bytes('event: change\r\ndata: {"name":"Ä"}\r\n\r\n');
    const pieces = [...all].map((byte) => Uint8Array.of(byte));
    expect(await read(...pieces)).toEqual([{ event: 'change', data: '{"name":"Ä"}' }]);
  });

  it('stops when told to, without the help of fetch', async () => {
    const server = createServer((_request, response) => void response.write('data: first\n\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const stop = new AbortController();
    const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    setTimeout(() => stop.abort(), 100);
    const events: ServerSentEvent[] = [];
    for await (const event of readEvents(body as ReadableStream<Uint8Array>, stop.signal)) events.push(event);
    expect(events).toHaveLength(1);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }, 5_000);

  it('leaves out an event that broke off', async () => {
    expect(await read(bytes('data: whole\n\ndata: bro'))).toEqual([{ event: 'message', data: 'whole' }]);
  });
});
