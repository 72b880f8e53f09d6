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
import type { SendAttempt, SendContext, SendOutcome, SendResult } from './channel.js';

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

interface Link<M> {
  readonly provider: Provider<M>;
  readonly breaker: CircuitBreakerPolicy;
}

/**
 * Sends through the first provider that works. A message goes on to the next one only if it certainly was not sent, so
 * nobody gets it twice. A provider that can't be reached again and again is not even asked, so messages don't wait for
 * its timeouts.
 */
export class ProviderChain<M> {
  private readonly logger = new Logger(ProviderChain.name);
  private readonly links: readonly Link<M>[];

  constructor(
    providers: readonly Provider<M>[],
    private readonly clock: Clock,
    private readonly countsAsFailure: (outcome: SendOutcome) => boolean = isFailure,
  ) {
    this.links = providers.map((provider) => ({ provider, breaker: this.breakerOf(provider.name) }));
  }

  /** Never throws. */
  async send(message: M, context: SendContext): Promise<SendResult> {
    const attempts: SendAttempt[] = [];
    for (const { provider, breaker } of this.links) {
      const tried = await this.attempt(provider, breaker, message, context);
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
  private async attempt(
    provider: Provider<M>,
    breaker: CircuitBreakerPolicy,
    message: M,
    context: SendContext,
  ): Promise<Tried | null> {
    if (breaker.state === CircuitState.HalfOpen) {
      // Another message tries it right now, which can take a minute.
      return null;
    }
    const { name } = provider;
    const at = this.clock.now().toISOString();
    const startedAt = performance.now();
    try {
      const outcome = await breaker.execute(() => provider.send(message, context));
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

/** A server that hangs or drops connections is no better than one that is down. */
export function isFailure({ kind }: SendOutcome): boolean {
  return kind === 'unreachable' || kind === 'unknown';
}
