import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts, type CollectedUserData, userDataCollected } from '#libs/contracts';
import { HandlesMessage, type Message, type MessageHandler } from '#libs/messaging';
import { TransferFiles } from '../transfer-files.js';
import { lockTransfer } from '../transfer.repository.js';
import { TransfersService } from '../transfers.service.js';
import { AccountDocument } from './account-document.js';

/** Completes the export of an account with what the other service has about the user. */
@HandlesMessage(accounts, userDataCollected)
export class UserDataCollectedHandler implements MessageHandler<CollectedUserData> {
  constructor(
    private readonly transfers: TransfersService,
    private readonly files: TransferFiles,
    private readonly document: AccountDocument,
  ) {}

  async handle(
    em: EntityManager,
    { subject: user, data: { exportId, attempt, sections } }: Message<CollectedUserData>,
  ): Promise<void> {
    const transfer = await lockTransfer(em, exportId);
    if (transfer?.state !== 'active' || transfer.user !== user || transfer.attempts !== attempt) {
      return;
    }
    await this.files.append(em, transfer, Buffer.from(this.document.end(sections)));
    em.assign(transfer, { succeeded: 1 });
    await this.transfers.end(em, transfer, 'completed');
  }
}
