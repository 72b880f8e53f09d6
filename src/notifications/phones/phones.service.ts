import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AppConfig } from '../../../config/index.js';
import { Clock, IdSource } from '#libs/clock';
import { AccountDirectory } from '#libs/contracts';
import { BlindIndex, commonIndex, equalInConstantTime, Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { insertDelivery, messageIdOf, sealDelivery, smsTask } from '../deliveries/index.js';
import {
  findPhone,
  isErased,
  lockRecipient,
  numberOf,
  pendingOf,
  Phone,
  sealNumber,
  sealPending,
} from '../recipients/index.js';
import { TEMPLATE_OPTIONS, type TemplateOptions, VERIFY_PHONE } from '../templates/index.js';
import { countCode } from './phone-code-count.repository.js';
import {
  invalidPhoneCode,
  smsNotConfigured,
  tooManyPhoneCodes,
  verifiedEmailRequired,
} from './phones.errors.js';

/** What is known of a user's phone. */
export interface PhoneState {
  /** In E.164 format. */
  readonly phoneNumber: string | null;
  readonly verifiedAt: Date | null;
  readonly pendingPhoneNumber: string | null;
}

const CODE_VALID_MS = 10 * 60 * 1000;
/** Wrong codes, after which a new one is needed. */
const MAX_WRONG_CODES = 5;
/** Codes for a user, and to a number, within a day. Text messages cost money, and whoever gets them may not have asked for them. */
const MAX_CODES = 5;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The phone numbers that users get text messages at. They prove them with a code. */
@Injectable()
export class PhonesService {
  constructor(
    private readonly database: Database,
    private readonly directory: AccountDirectory,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  get(userId: string): Promise<PhoneState> {
    return this.database.run(async (em) => this.stateOf(await findPhone(em, userId)));
  }

  /**
   * Sends a code to a new number, which replaces the old one once the code is verified. Has no effect if that's the
   * number already.
   * @throws Problem `sms-not-configured`, `verified-email-required`, `too-many-phone-codes`
   */
  async set(userId: string, phoneNumber: string): Promise<PhoneState> {
    if (this.config.smsUrl === null) {
      throw smsNotConfigured();
    }
    const user = await this.directory.find(userId);
    if (user && !user.emailVerified) {
      throw verifiedEmailRequired();
    }
    return this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      const phone = await findPhone(em, userId);
      if (!user || (await isErased(em, userId)) || (phone && numberOf(this.sealer, phone) === phoneNumber)) {
        return this.stateOf(phone);
      }
      const { email, displayName, locale } = user;
      const code = await this.storeCode(em, userId, phone, phoneNumber);
      await this.sendCode(em, { to: { userId, email, displayName, locale }, phoneNumber, data: { code } });
      return this.stateOf(await findPhone(em, userId));
    });
  }

  /** @throws Problem `invalid-phone-code` */
  async verify(userId: string, code: string): Promise<PhoneState> {
    const state = await this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      const phone = await findPhone(em, userId);
      const pending = phone && pendingOf(this.sealer, phone);
      const now = this.clock.now();
      if (!pending || (phone.pendingExpiresAt ?? now) <= now || phone.wrongCodes >= MAX_WRONG_CODES) {
        return null;
      }
      if (!equalInConstantTime(pending.code, code)) {
        phone.wrongCodes += 1;
        await em.flush();
        return null;
      }
      Object.assign(phone, {
        sealed: sealNumber(this.sealer, userId, pending.phoneNumber),
        verifiedAt: now,
        ...NOTHING_PENDING,
      });
      await em.flush();
      return this.stateOf(phone);
    });
    if (!state) {
      throw invalidPhoneCode();
    }
    return state;
  }

  /** Removes the number, and one that isn't verified yet. */
  async remove(userId: string): Promise<void> {
    await this.database.transaction(async (em) => {
      await lockRecipient(em, userId);
      const phone = await findPhone(em, userId);
      // How many codes there were must not be forgotten.
      if (phone) {
        Object.assign(phone, { sealed: null, verifiedAt: null, ...NOTHING_PENDING });
        await em.flush();
      }
    });
  }

  /** @returns the code */
  private async storeCode(
    em: EntityManager,
    userId: string,
    stored: Phone | null,
    phoneNumber: string,
  ): Promise<string> {
    const now = this.clock.now();
    const phone = stored ?? em.create(Phone, { userId, codesSince: now });
    const dayEndsAt = phone.codesSince.getTime() + DAY_MS;
    if (dayEndsAt <= now.getTime()) {
      Object.assign(phone, { codesSent: 0, codesSince: now });
    } else if (phone.codesSent >= MAX_CODES) {
      const seconds = Math.ceil((dayEndsAt - now.getTime()) / 1_000);
      throw tooManyPhoneCodes({ headers: { 'Retry-After': String(seconds) } });
    }
    const numberIndex = commonIndex(this.index.candidates(phoneNumber, 'phones.number'));
    if ((await countCode(em, numberIndex, now)) > MAX_CODES) {
      throw tooManyPhoneCodes({ headers: { 'Retry-After': String(DAY_MS / 1_000) } });
    }
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    Object.assign(phone, {
      sealedPending: sealPending(this.sealer, userId, { phoneNumber, code }),
      pendingExpiresAt: new Date(now.getTime() + CODE_VALID_MS),
      wrongCodes: 0,
      codesSent: phone.codesSent + 1,
    });
    await em.persist(phone).flush();
    return code;
  }

  private async sendCode(em: EntityManager, payload: Parameters<typeof sealDelivery>[2]): Promise<void> {
    const createdAt = this.clock.now();
    const id = this.ids.next(createdAt);
    const { userId } = payload.to;
    await insertDelivery(em, {
      id,
      userId,
      template: VERIFY_PHONE,
      channel: 'sms',
      sealed: sealDelivery(this.sealer, id, payload),
      messageId: messageIdOf(id, this.options.publicUrl),
      task: smsTask.job.name,
      expiresAt: new Date(createdAt.getTime() + CODE_VALID_MS),
      createdAt,
    });
    await this.outbox.appendTask(em, smsTask, id, userId);
  }

  private stateOf(phone: Phone | null): PhoneState {
    const pending = phone && pendingOf(this.sealer, phone);
    return {
      phoneNumber: phone && numberOf(this.sealer, phone),
      verifiedAt: phone?.verifiedAt ?? null,
      pendingPhoneNumber: pending?.phoneNumber ?? null,
    };
  }
}

const NOTHING_PENDING = { sealedPending: null, pendingExpiresAt: null, wrongCodes: 0 };
