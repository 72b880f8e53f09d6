import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { EmailCipher } from './email-cipher.js';
import { ReservedAddress } from './reserved-address.entity.js';

export interface Reservation {
  /** The ID of the change that needs the address, by which it's released. */
  readonly holder: string;
  readonly user: string;
  /** Whether it holds even against someone who proves that the address is theirs. */
  readonly firm: boolean;
  readonly expiresAt: Date;
}

/** Who wants an address. */
export interface Applicant {
  /** Their own reservations don't count. */
  readonly user?: string;
  /** Whether they have proved that the address is theirs. */
  readonly isProven: boolean;
}

/** Addresses that are kept for a user during a change. */
@Injectable()
export class ReservedAddresses {
  constructor(
    private readonly emails: EmailCipher,
    private readonly clock: Clock,
  ) {}

  /** Several users can reserve an address that nobody has. Whoever proves first that it's theirs gets it. */
  async add(em: EntityManager, email: string, reservation: Reservation): Promise<void> {
    const { emailIndex } = this.emails.seal(reservation.user, email);
    await em.insert(ReservedAddress, { ...reservation, emailIndex });
  }

  async release(em: EntityManager, holder: string): Promise<void> {
    await em.nativeDelete(ReservedAddress, { holder });
  }

  /**
   * Whether an address without an account is out of the applicant's reach. When it's about to get one, ask after its row
   * has been inserted: the unique index has then made this transaction wait for one that gives the address up.
   */
  async isReserved(em: EntityManager, email: string, { user, isProven }: Applicant): Promise<boolean> {
    const found = await em.count(ReservedAddress, {
      emailIndex: { $in: this.emails.candidates(email) },
      expiresAt: { $gt: this.clock.now() },
      ...(isProven ? { firm: true } : {}),
      ...(user === undefined ? {} : { user: { $ne: user } }),
    });
    return found > 0;
  }

  /** The same for many new users at once. @returns whether the address is reserved, for each of them */
  async among(
    em: EntityManager,
    wanted: readonly { readonly email: string; readonly emailVerified: boolean }[],
  ): Promise<boolean[]> {
    const now = this.clock.now();
    const [any] = await em.execute<unknown[]>(
      'select from accounts.reserved_addresses where expires_at > ? limit 1',
      [now],
    );
    if (!any) {
      return wanted.map(() => false);
    }
    const candidates = wanted.map(({ email }) => this.emails.candidates(email));
    const rows = await em.execute<{ index: string; firm: boolean }[]>(
      `select email_index as index, firm from accounts.reserved_addresses
        where expires_at > ? and email_index in (select jsonb_array_elements_text(?::jsonb))`,
      [now, JSON.stringify(candidates.flat())],
    );
    return wanted.map(({ emailVerified: isProven }, position) =>
      rows.some(({ index, firm }) => (firm || !isProven) && candidates[position]?.includes(index)),
    );
  }

  /** The ID of the change after which the user may still get the address back, if there's one. */
  async holderOf(em: EntityManager, user: string, email: string): Promise<string | undefined> {
    return (await em.findOne(ReservedAddress, { user, ...this.kept(email) }))?.holder;
  }

  /** The ID of the user who may still get the address back, if there's one. */
  async keeperOf(em: EntityManager, email: string): Promise<string | undefined> {
    return (await em.findOne(ReservedAddress, this.kept(email)))?.user;
  }

  private kept(email: string) {
    const emailIndex = { $in: this.emails.candidates(email) };
    return { emailIndex, firm: true, expiresAt: { $gt: this.clock.now() } };
  }
}
