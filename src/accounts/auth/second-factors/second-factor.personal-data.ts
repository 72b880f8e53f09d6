import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { countRecoveryCodes, findTotp } from './second-factors.repository.js';

@HoldsPersonalData(accounts, 'secondFactors')
export class SecondFactorData implements PersonalData {
  async collect(em: EntityManager, userId: string): Promise<object> {
    const totp = await findTotp(em, userId);
    return {
      authenticatorApp: totp && { createdAt: totp.createdAt, confirmedAt: totp.confirmedAt },
      recoveryCodesLeft: await countRecoveryCodes(em, userId),
    };
  }
}
