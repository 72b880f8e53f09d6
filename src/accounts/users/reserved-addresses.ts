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
    await em.insert(ReservedAddress, { ...reservation, emailIndex, createdAt: this.clock.now() });
  }

  /** Expired ones are kept for a while, by which we know how often an address was asked for. */
  async release(em: EntityManager, holder: string): Promise<void> {
    const now = this.clock.now();
    await em.nativeUpdate(ReservedAddress, { holder, expiresAt: { $gt: now } }, { expiresAt: now });
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

  /** Whether anyone has asked for the address since then. */
  async isWantedSince(em: EntityManager, email: string, since: Date): Promise<boolean> {
    const emailIndex = { $in: this.emails.candidates(email) };
    return (await em.count(ReservedAddress, { emailIndex, firm: false, createdAt: { $gt: since } })) > 0;
  }
}
