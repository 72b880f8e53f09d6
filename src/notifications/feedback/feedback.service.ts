import { Injectable } from '@nestjs/common';
import { AccountDirectory } from '#libs/contracts';
import { Database } from '#libs/database';
import { canonicalEmail } from '#libs/text';
import { DeliveryEnds, deliveryOf, type Feedback, recipientOfSent } from '../deliveries/index.js';
import { isHardBounce, SuppressionList } from '../suppressions/index.js';
import { readReport } from './delivery-report.js';

/** What happened to an email after it was sent. */
export interface EmailEvent {
  readonly feedback: Feedback;
  readonly email: string;
  readonly messageId: string | null;
  /** The enhanced status code (RFC 3463) of a bounce, if there's one. */
  readonly status: string | null;
  /** Whether a bounce means that there's no such mailbox. */
  readonly isHard: boolean;
}

/** Takes notice of what happens to emails after they were sent: bounces, complaints, deliveries. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly database: Database,
    private readonly directory: AccountDirectory,
    private readonly suppressions: SuppressionList,
    private readonly ends: DeliveryEnds,
  ) {}

  /** Doing it twice is the same as once. What an event says about an email to someone else isn't believed. */
  async take(event: EmailEvent): Promise<void> {
    const { messageId, email } = event;
    const sent = messageId === null ? null : await this.sentWith(messageId);
    await this.store(event, sent && isSame(sent.email, email) ? sent : null);
  }

  /**
   * Takes a report that was sent by email. Anyone can send one, so it only counts if it's about an email of ours, to the
   * address of its recipient.
   * @returns about how many emails it counts
   */
  async takeReport(raw: Uint8Array): Promise<number> {
    const [first, ...others] = await readReport(raw);
    const sent = first?.messageId ? await this.sentWith(first.messageId) : null;
    const reported = first && [first, ...others].find(({ email }) => sent && isSame(sent.email, email));
    if (!reported) {
      return 0;
    }
    await this.store({ ...reported, isHard: isHardBounce(reported.status) }, sent);
    return 1;
  }

  private async store(
    { feedback, email, status, isHard }: EmailEvent,
    delivery: SentEmail | null,
  ): Promise<void> {
    await this.database.transaction(async (em) => {
      const userId = delivery?.userId ?? null;
      if (feedback === 'complained') {
        await this.suppressions.add(em, { email, userId, reason: 'complaint', detail: null });
      } else if (feedback === 'bounced' && isHard) {
        await this.suppressions.add(em, { email, userId, reason: 'bounce', detail: status });
      }
      if (delivery) {
        await this.ends.hear(em, delivery.id, feedback, status);
      }
    });
  }

  /** The delivery that was sent with this Message-ID, and the address that its recipient has. */
  private async sentWith(messageId: string): Promise<SentEmail | null> {
    const id = deliveryOf(messageId);
    const userId = id && (await this.database.run((em) => recipientOfSent(em, id)));
    const user = userId ? await this.directory.find(userId) : null;
    return id && user ? { id, userId: user.id, email: user.email } : null;
  }
}

interface SentEmail {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
}

function isSame(one: string, other: string): boolean {
  return canonicalEmail(one) === canonicalEmail(other);
}
