import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';

/** A kind of links that are sent to the address of an account. Its provider adds itself to `MailedLinks`. */
export interface MailedLink {
  /** Voids those of a locked user that were sent already. */
  voidAll(em: EntityManager, userId: string): Promise<void>;
}

/** Links that let someone who reads a mail into the account, or prove that its address is theirs. */
@Injectable()
export class MailedLinks {
  private readonly kinds: MailedLink[] = [];

  add(kind: MailedLink): void {
    this.kinds.push(kind);
  }

  /** When the account gets another address: they were sent to the one before, or prove something about that. */
  async voidAll(em: EntityManager, userId: string): Promise<void> {
    for (const kind of this.kinds) {
      await kind.voidAll(em, userId);
    }
  }
}
