import type { FastifyReply } from 'fastify';
import type { RolloutEvent } from '../../temporal/reading/rollout-event.js';
import { problemOf } from '../problem.js';
import type { Follower } from './rollout-feed.js';

/** Interval of the comments that keep proxies from closing an idle stream. */
const STILL_HERE_MS = 15_000;
/** A stream ends within this time after its token is revoked, even if it is idle. */
const LOOK_AT_TOKEN_MS = 2_000;
/** A reader that is this far behind is disconnected. It reconnects with Last-Event-ID. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** Writes what a follower receives as server-sent events. The response begins with the first event. */
export class EventStream implements Follower {
  readonly #reply: FastifyReply;
  readonly #isAllowed: () => boolean;

  /** @param isAllowed returns whether the reader is still allowed to read; otherwise the stream ends */
  constructor(reply: FastifyReply, isAllowed: () => boolean) {
    this.#reply = reply;
    this.#isAllowed = isAllowed;
  }

  event(event: RolloutEvent): void {
    this.#write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  failed(error: unknown): void {
    this.#write(`event: problem\ndata: ${JSON.stringify(problemOf(error))}\n\n`);
  }

  ended(): void {
    this.#write('event: end\ndata: {}\n\n');
    this.#reply.raw.end();
  }

  closed(): void {
    this.#reply.raw.end();
  }

  /** Calls `callback` when the reader has gone or the stream has ended. */
  onClose(callback: () => void): void {
    const { raw } = this.#reply;
    if (raw.closed) callback();
    else raw.once('close', callback);
  }

  #write(text: string): void {
    const { raw } = this.#reply;
    if (!this.#reply.sent) this.#begin();
    if (raw.destroyed || raw.writableEnded) return;
    if (!this.#isAllowed()) raw.end();
    else if (raw.writableLength > MAX_UNREAD_BYTES) raw.destroy();
    else raw.write(text);
  }

  #begin(): void {
    const { raw } = this.#reply;
    this.#reply.hijack();
    // The reader may have gone before the first event. Then `close` is never emitted.
    if (raw.destroyed) return;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const stillHere = setInterval(() => this.#write(': still here\n\n'), STILL_HERE_MS);
    const token = setInterval(() => this.#isAllowed() || raw.end(), LOOK_AT_TOKEN_MS);
    raw.once('close', () => {
      clearInterval(stillHere);
      clearInterval(token);
    });
  }
}
