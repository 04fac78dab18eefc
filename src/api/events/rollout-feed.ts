import { isOver } from '../../rollout/progress/rollout-progress.js';
import { eventBetween, keepKnown, type RolloutEvent } from '../../temporal/reading/rollout-event.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';

/** Receives the events of a rollout. Nothing is called after `ended` or `closed`. */
export interface Follower {
  event(event: RolloutEvent): void;
  /** Called when the rollout could not be read. Reading is retried. */
  failed(error: unknown): void;
  /** Called when the rollout has finished. */
  ended(): void;
  /** Called when the server closes. The rollout itself continues. */
  closed(): void;
}

export interface FeedSettings {
  /** Reads a rollout once. */
  readonly look: (mesh: string) => Promise<RolloutView>;
  /** Time between two reads, in milliseconds. */
  readonly intervalMs: number;
}

/** How many missed events a follower can still receive one by one. */
const KEPT_EVENTS = 200;

interface Channel {
  readonly followers: Set<Follower>;
  readonly events: RolloutEvent[];
  view: RolloutView;
  lastId: number;
  timer?: NodeJS.Timeout;
}

/** Follows rollouts for many followers at once. Each mesh is read once per interval, however many follow it. */
export class RolloutFeed {
  readonly #settings: FeedSettings;
  readonly #channels = new Map<string, Channel>();

  constructor(settings: FeedSettings) {
    this.#settings = settings;
  }

  /**
   * Follows a rollout until it ends or the returned function is called.
   * @param lastId the last event that the follower has seen; without it, the follower first receives a snapshot
   * @throws what the first read throws
   */
  async follow(mesh: string, lastId: number | undefined, follower: Follower): Promise<() => void> {
    const channel = this.#channels.get(mesh) ?? (await this.#open(mesh));
    this.#catchUp(channel, lastId, follower);
    if (hasEnded(channel.view)) {
      follower.ended();
      if (channel.followers.size === 0) this.#close(mesh, channel);
      return () => {};
    }
    channel.followers.add(follower);
    return () => {
      channel.followers.delete(follower);
      if (channel.followers.size === 0) this.#close(mesh, channel);
    };
  }

  /** Ends all following, for the shutdown of the server. */
  close(): void {
    for (const [mesh, channel] of this.#channels) {
      for (const follower of channel.followers) follower.closed();
      this.#close(mesh, channel);
    }
  }

  async #open(mesh: string): Promise<Channel> {
    const view = await this.#settings.look(mesh);
    const opened = this.#channels.get(mesh);
    if (opened) return opened;
    // Ids also grow across restarts of the server, so that an old id is never mistaken for a new one.
    const channel: Channel = { followers: new Set(), events: [], view, lastId: Date.now() };
    this.#channels.set(mesh, channel);
    this.#schedule(mesh, channel);
    return channel;
  }

  #close(mesh: string, channel: Channel): void {
    clearTimeout(channel.timer);
    // When the last follower of a finished rollout leaves, others may already follow the next one.
    if (this.#channels.get(mesh) === channel) this.#channels.delete(mesh);
  }

  #catchUp(channel: Channel, lastId: number | undefined, follower: Follower): void {
    const missed = channel.events.filter(({ id }) => lastId !== undefined && id > lastId);
    const seenAll = lastId === channel.lastId;
    const isContinuous = seenAll || channel.events.some(({ id }) => id === lastId);
    if (isContinuous) for (const event of missed) follower.event(event);
    else follower.event({ type: 'snapshot', id: channel.lastId, at: Date.now(), rollout: channel.view });
  }

  #schedule(mesh: string, channel: Channel): void {
    channel.timer = setTimeout(() => void this.#look(mesh, channel), this.#settings.intervalMs);
  }

  async #look(mesh: string, channel: Channel): Promise<void> {
    try {
      const view = keepKnown(channel.view, await this.#settings.look(mesh));
      const event = eventBetween(channel.view, view, channel.lastId + 1, Date.now());
      channel.view = view;
      if (event) this.#publish(channel, event);
    } catch (error) {
      for (const follower of channel.followers) follower.failed(error);
    }
    if (this.#channels.get(mesh) !== channel) return;
    if (!hasEnded(channel.view)) return this.#schedule(mesh, channel);
    this.#close(mesh, channel);
    for (const follower of channel.followers) follower.ended();
  }

  #publish(channel: Channel, event: RolloutEvent): void {
    channel.lastId = event.id;
    channel.events.push(event);
    if (channel.events.length > KEPT_EVENTS) channel.events.shift();
    for (const follower of channel.followers) follower.event(event);
  }
}

function hasEnded(view: RolloutView): boolean {
  return isOver(view.status);
}
