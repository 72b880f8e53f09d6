import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findPhone, numberOf, pendingOf } from './phone.repository.js';

/** The phone number of the user. */
@HoldsPersonalData(notifications, 'phone')
export class PhoneData implements PersonalData {
  constructor(private readonly sealer: Sealer) {}

  async collect(em: EntityManager, userId: string): Promise<object> {
    const phone = await findPhone(em, userId);
    return {
      phoneNumber: phone && numberOf(this.sealer, phone),
      verifiedAt: phone?.verifiedAt?.toISOString() ?? null,
      pendingPhoneNumber: (phone && pendingOf(this.sealer, phone))?.phoneNumber ?? null,
    };
  }
}
