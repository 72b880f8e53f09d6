import { setTimeout as delay } from 'node:timers/promises';
import type { Held, Turn, Waiting } from './slot.js';

/** Keeps to the rate of one provider. */
export class ProviderPace {
  /**
   * @param key of its schedule
   * @param provider its name, for people
   */
  constructor(
    private readonly key: string,
    private readonly provider: string,
    private readonly take: (waiting: Waiting) => Promise<Turn & { readonly inMs: number }>,
  ) {}

  /**
   * Waits until it's the message's turn, if that's soon, and counts it as sent.
   * @param signal ends the wait. What follows has to notice that, too
   * @returns null when it can be sent
   */
  async turnOf(waiting: Waiting, signal: AbortSignal): Promise<Held | null> {
    const turn = await this.take(waiting);
    if (turn.kind === 'now') {
      await delay(Math.max(0, turn.inMs), undefined, { signal }).catch(() => undefined);
      return null;
    }
    const { key, provider } = this;
    return {
      provider,
      // The outbox keeps whole milliseconds, and nothing may be early.
      until: new Date(Math.ceil(turn.at)),
      slot: turn.kind === 'later' ? { ...turn.slot, provider: key } : null,
    };
  }
}
