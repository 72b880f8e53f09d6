import { traced } from '#libs/telemetry';
import type { VapidConfig } from '../../../../config/index.js';
import { type OutboundAnswer, type OutboundClient, wasNotReached } from '../../outbound/index.js';
import type { SendContext, SendOutcome } from '../channel.js';
import { outcomeOfStatus } from '../http-outcome.js';
import { isFailure, type Provider } from '../provider-chain.js';
import { type PushMessage, pushRequest } from './push-request.js';

/** A push service (RFC 8030), which the browser has chosen. */
export class PushService implements Provider<PushMessage> {
  /** @param name its host */
  constructor(
    readonly name: string,
    private readonly client: OutboundClient,
    private readonly vapid: VapidConfig,
  ) {}

  send(message: PushMessage, { signal, isHeld }: SendContext): Promise<SendOutcome> {
    const span = { name: 'push send', kind: 'client', attributes: { 'server.address': this.name } } as const;
    return traced(span, async (opened) => {
      const request = requestFor(message, this.vapid);
      let outcome: SendOutcome;
      if (!request) {
        outcome = { kind: 'refused', reason: 'the keys of the browser are not valid' };
      } else if (!isHeld()) {
        outcome = { kind: 'unknown', reason: 'EABORT' };
      } else {
        outcome = outcomeOf(await this.client.post(request, signal));
      }
      if (outcome.kind !== 'sent') {
        opened?.fail(outcome.kind);
      }
      return outcome;
    });
  }
}

/** Whether the subscription has ended. Browsers that were uninstalled, or unsubscribed, are 410 or 404 for ever. */
export function isGone(outcome: SendOutcome): boolean {
  return outcome.kind === 'refused' && (outcome.reason === '404' || outcome.reason === '410');
}

/**
 * Whether an outcome says that the service doesn't work. Not a signature that it rejects, because users could send us
 * subscriptions that were made with other keys, and keep everyone else's notifications waiting.
 */
export function isFailureOfService(outcome: SendOutcome): boolean {
  return isFailure(outcome) && !('reason' in outcome && /^40[13]$/.test(outcome.reason));
}

/** @returns null if the keys, which were checked when they came, can't be used */
function requestFor(message: PushMessage, vapid: VapidConfig): ReturnType<typeof pushRequest> | null {
  try {
    return pushRequest(message, vapid);
  } catch {
    return null;
  }
}

function outcomeOf(answer: OutboundAnswer): SendOutcome {
  switch (answer.kind) {
    case 'answered':
      return outcomeOfStatus(answer.status, kindOf);
    case 'refused':
      return { kind: 'refused', reason: answer.reason };
    case 'unreachable':
      return { kind: wasNotReached(answer.reason) ? 'unreachable' : 'unknown', reason: answer.reason };
  }
}

/** It doesn't accept our signature, or is out of service. Otherwise the message or the subscription isn't as it should be. */
function kindOf(status: number): 'refused' | 'unreachable' {
  return status === 401 || status === 403 || status > 500 ? 'unreachable' : 'refused';
}
