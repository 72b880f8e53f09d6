import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';

/** Links or codes that are sent to the address of an account. Its provider adds itself to `MailedSecrets`. */
export interface MailedSecret {
  /** Voids those of a locked user that were sent already. */
  voidAll(em: EntityManager, userId: string): Promise<void>;
}

/** Whatever lets someone who reads a mail into the account, or proves that its address is theirs. */
@Injectable()
export class MailedSecrets {
  private readonly kinds: MailedSecret[] = [];

  add(kind: MailedSecret): void {
    this.kinds.push(kind);
  }

  /** When the account gets another address: they were sent to the one before, or prove something about that. */
  async voidAll(em: EntityManager, userId: string): Promise<void> {
    for (const kind of this.kinds) {
      await kind.voidAll(em, userId);
    }
  }
}
