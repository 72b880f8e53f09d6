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

  /** Doing it twice is the same as once. */
  async take({ feedback, email, messageId, status, isHard }: EmailEvent): Promise<void> {
    const deliveryId = messageId === null ? null : deliveryOf(messageId);
    await this.database.transaction(async (em) => {
      const userId = deliveryId && (await recipientOfSent(em, deliveryId));
      if (feedback === 'complained') {
        await this.suppressions.add(em, { email, userId, reason: 'complaint', detail: null });
      } else if (feedback === 'bounced' && isHard) {
        await this.suppressions.add(em, { email, userId, reason: 'bounce', detail: status });
      }
      if (deliveryId) {
        await this.ends.hear(em, deliveryId, feedback, status);
      }
    });
  }

  /**
   * Takes a report that was sent by email. Anyone can send one, so it only counts if it's about an email of ours, to the
   * address of its recipient.
   * @returns about how many emails it counts
   */
  async takeReport(raw: Uint8Array): Promise<number> {
    let taken = 0;
    for (const { feedback, email, status, messageId } of await readReport(raw)) {
      if (messageId !== null && (await this.wasSentTo(messageId, email))) {
        await this.take({ feedback, email, messageId, status, isHard: isHardBounce(status) });
        taken += 1;
      }
    }
    return taken;
  }

  private async wasSentTo(messageId: string, email: string): Promise<boolean> {
    const deliveryId = deliveryOf(messageId);
    const userId = deliveryId && (await this.database.run((em) => recipientOfSent(em, deliveryId)));
    const user = userId ? await this.directory.find(userId) : null;
    return user !== null && canonicalEmail(user.email) === canonicalEmail(email);
  }
}
