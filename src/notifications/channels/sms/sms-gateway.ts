import { traced } from '#libs/telemetry';
import type { SendContext, SendOutcome } from '../channel.js';
import { outcomeOfStatus } from '../http-outcome.js';
import { wasNotConnected } from '../not-connected.js';
import type { Provider } from '../provider-chain.js';

/** A text message. */
export interface TextMessage {
  /** The same in every attempt, so that the gateway can recognize a repeated one. */
  readonly id: string;
  /** The phone number, in E.164 format. */
  readonly to: string;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;

/** Sends text messages to an HTTP gateway, as JSON. */
export class SmsGateway implements Provider<TextMessage> {
  readonly name = 'sms';
  private readonly url: string;
  private readonly authorization: string | undefined;

  /** @param url its user and password, if there are any, are sent as Basic authentication (RFC 7617) */
  constructor(url: string) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    if (username || password) {
      const credentials = [username, password].map(decodeURIComponent).join(':');
      this.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    }
    parsed.username = parsed.password = '';
    this.url = parsed.href;
  }

  send(message: TextMessage, { signal, isHeld }: SendContext): Promise<SendOutcome> {
    const { host } = new URL(this.url);
    const span = { name: 'SMS send', kind: 'client', attributes: { 'server.address': host } } as const;
    return traced(span, async (opened) => {
      const outcome: SendOutcome = isHeld()
        ? await this.attempt(message, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]))
        : { kind: 'unknown', reason: 'EABORT' };
      if (outcome.kind !== 'sent') {
        opened?.fail(outcome.kind);
      }
      return outcome;
    });
  }

  private async attempt(message: TextMessage, signal: AbortSignal): Promise<SendOutcome> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Idempotency-Key': message.id,
          ...(this.authorization !== undefined && { Authorization: this.authorization }),
        },
        body: JSON.stringify(message),
        redirect: 'manual',
        signal,
      });
      await response.body?.cancel();
      return outcomeOfStatus(response.status, kindOf);
    } catch (error) {
      const { name, cause } = error as Error & { cause?: { code?: string } };
      const code = cause?.code ?? name;
      return { kind: wasNotConnected(code) ? 'unreachable' : 'unknown', reason: code };
    }
  }
}

/** About this number or text. Otherwise it's our login, our URL, or a gateway that is out of service. */
const REFUSALS: ReadonlySet<number> = new Set([400, 410, 413, 422]);

function kindOf(status: number): 'refused' | 'unreachable' {
  return REFUSALS.has(status) ? 'refused' : 'unreachable';
}
