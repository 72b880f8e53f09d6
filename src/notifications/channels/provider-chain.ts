import { Logger } from '@nestjs/common';
import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Clock } from '#libs/clock';
import type { SendAttempt, SendContext, SendOutcome, SendResult, WaitingContext } from './channel.js';
import type { ProviderPace } from './rates/provider-pace.js';
import type { Held } from './rates/slot.js';

/** A service that takes messages of one kind, such as a mail server. */
export interface Provider<M> {
  /** As it appears in the attempts and in metrics. */
  readonly name: string;
  /** Never throws. */
  send(message: M, context: SendContext): Promise<SendOutcome>;
}

/** After so many failures in a row, a provider is left alone for a while. */
const FAILURES = 5;
/** How long. Then, a single message tries it again. */
const PAUSE_MS = 5_000;

/** A provider, and what keeps to its rate, if it has one. */
export interface PacedProvider<M> {
  readonly provider: Provider<M>;
  readonly pace: ProviderPace | null;
}

interface Link<M> extends PacedProvider<M> {
  readonly breaker: CircuitBreakerPolicy;
}

/**
 * Sends through the first provider that works. A message goes on to the next one only if it certainly was not sent, so
 * nobody gets it twice. A provider that can't be reached again and again is not even asked, so messages don't wait for
 * its timeouts.
 *
 * The next one is for failures, not for what exceeds the rate of the first: that waits.
 */
export class ProviderChain<M> {
  private readonly logger = new Logger(ProviderChain.name);
  private readonly links: readonly Link<M>[];

  constructor(
    providers: readonly PacedProvider<M>[],
    private readonly clock: Clock,
    private readonly countsAsFailure: (outcome: SendOutcome) => boolean = isFailure,
  ) {
    this.links = providers.map((paced) => ({ ...paced, breaker: this.breakerOf(paced.provider.name) }));
  }

  /** Never throws. */
  async send(message: M, context: WaitingContext): Promise<SendResult> {
    const attempts: SendAttempt[] = [];
    for (const link of this.links) {
      const tried = await this.attemptInTurn(link, message, context);
      if (tried && 'until' in tried) {
        return { outcome: { kind: 'deferred', reason: reasonOf(tried) }, attempts, held: tried };
      }
      if (tried) {
        attempts.push(tried.attempt);
        if (tried.outcome.kind !== 'unreachable') {
          return { outcome: tried.outcome, attempts };
        }
      }
    }
    return { outcome: { kind: 'unreachable', reason: attempts.at(-1)?.reason ?? this.whyOpen() }, attempts };
  }

  /** Whether each provider is used, by name. */
  get usable(): ReadonlyMap<string, boolean> {
    return new Map(
      this.links.map(({ provider, breaker }) => [provider.name, breaker.state === CircuitState.Closed]),
    );
  }

  /** @returns null if the provider is left alone */
  private async attemptInTurn(
    { pace, provider, breaker }: Link<M>,
    message: M,
    { waiting, ...context }: WaitingContext,
  ): Promise<Tried | Held | null> {
    switch (breaker.state) {
      case CircuitState.HalfOpen:
        // Another message tries it right now, which can take a minute.
        return null;
      case CircuitState.Open:
      case CircuitState.Isolated: {
        const isTrial = { ...waiting, rank: 'urgent' } as const;
        const trial = async () => {
          await pace?.turnOf(isTrial, context.signal);
          return provider.send(message, context);
        };
        return this.attempt(provider.name, breaker, trial);
      }
      case CircuitState.Closed:
        return (
          (await pace?.turnOf(waiting, context.signal)) ??
          this.attempt(provider.name, breaker, () => provider.send(message, context))
        );
    }
  }

  /** @returns null if the provider is left alone */
  private async attempt(
    name: string,
    breaker: CircuitBreakerPolicy,
    send: () => Promise<SendOutcome>,
  ): Promise<Tried | null> {
    const at = this.clock.now().toISOString();
    const startedAt = performance.now();
    try {
      const outcome = await breaker.execute(send);
      const durationMs = Math.round(performance.now() - startedAt);
      const reason = outcome.kind === 'sent' ? null : outcome.reason;
      return { outcome, attempt: { provider: name, at, durationMs, outcome: outcome.kind, reason } };
    } catch (error) {
      if (isBrokenCircuitError(error)) {
        return null;
      }
      throw error;
    }
  }

  private whyOpen(): string {
    if (this.links.length === 0) {
      return 'no provider is configured';
    }
    const failures = this.links.map(
      ({ breaker }) => breaker.lastFailure as { value?: SendOutcome } | undefined,
    );
    const last = failures.at(-1)?.value;
    return last && 'reason' in last ? `circuit open after ${last.reason}` : 'circuit open';
  }

  private breakerOf(name: string): CircuitBreakerPolicy {
    const breaker = circuitBreaker(
      handleWhenResult((outcome) => this.countsAsFailure(outcome as SendOutcome)),
      {
        halfOpenAfter: PAUSE_MS,
        breaker: new ConsecutiveBreaker(FAILURES),
      },
    );
    breaker.onBreak(() => {
      this.logger.warn(`${name} can't be reached, so it is left alone for ${String(PAUSE_MS / 1_000)} s`);
    });
    breaker.onReset(() => {
      this.logger.log(`${name} can be reached again`);
    });
    return breaker;
  }
}

interface Tried {
  readonly outcome: SendOutcome;
  readonly attempt: SendAttempt;
}

function reasonOf({ provider, until, slot }: Held): string {
  const at = until.toISOString();
  return slot
    ? `it is held until ${at} because of the rate of ${provider}`
    : `because of the rate of ${provider}, it could only be sent at ${at}, which is too late`;
}

/** A server that hangs or drops connections is no better than one that is down. */
export function isFailure({ kind }: SendOutcome): boolean {
  return kind === 'unreachable' || kind === 'unknown';
}
