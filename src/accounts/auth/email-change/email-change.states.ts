import type { Step } from '#libs/saga';
import { UNDO_MS } from '../ownership/undo-period.js';
import type { Device } from '../sessions/session-issuer.js';

export const EMAIL_CHANGE_STATES = [
  /** The new address has a link, and the old one knows. */
  'requested',
  /** The account has the new address. The old one is kept, in case its owner undoes the change. */
  'confirmed',
  /** The change can't be undone any more. */
  'settled',
  /** Nobody followed the link in time. */
  'expired',
  /** The user has asked for another address since then. */
  'superseded',
  /** The owner of the new address didn't want it. */
  'declined',
  /** The owner of the old address has taken the account back. */
  'undone',
  /** The same, with an earlier change. */
  'overruled',
] as const;
export type EmailChangeState = (typeof EMAIL_CHANGE_STATES)[number];

/** Those that an owner can undo. Also a change that led nowhere: someone else could ask for it, and may do so again. */
export const UNDOABLE_STATES: readonly EmailChangeState[] = [
  'requested',
  'confirmed',
  'expired',
  'superseded',
  // Otherwise, a thief would make the warning useless with the link to their own address.
  'declined',
];

export type EmailChangeEvent =
  | {
      readonly type: 'confirmed';
      readonly at: Date;
      readonly device: Device;
      /** Whether the old address is the user's beyond doubt by now. */
      readonly isVerified: boolean;
      /** Whether the user goes back to an address that is kept for them. */
      readonly isReturn: boolean;
    }
  | { readonly type: 'undone'; readonly device: Device }
  /** Undone while the account is taken back for another reason. */
  | { readonly type: 'reverted' }
  | { readonly type: 'declined' }
  | { readonly type: 'superseded' }
  | { readonly type: 'overruled' }
  | { readonly type: 'due'; readonly at: Date };

export type EmailChangeCommand =
  | { readonly type: 'ask-new-address'; readonly device: Device }
  | { readonly type: 'tell-owner-of-new-address'; readonly device: Device }
  | { readonly type: 'reserve-new-address' }
  | { readonly type: 'warn-old-address'; readonly device: Device }
  | { readonly type: 'release-addresses' }
  | { readonly type: 'switch-address' }
  | { readonly type: 'void-earlier-mails' }
  | { readonly type: 'keep-old-address'; readonly until: Date }
  | { readonly type: 'tell-old-address'; readonly device: Device }
  | { readonly type: 'tell-lost-address' }
  | { readonly type: 'restore-address' }
  | { readonly type: 'overrule-later-changes' }
  | { readonly type: 'overrule-changes-between' }
  | { readonly type: 'take-account-back'; readonly device: Device };

/** How long the link to the new address works. Until then, nobody can register with that address. */
export const CONFIRM_MS = 60 * 60 * 1000;
/** A user's requests within this time are one, so they and others get one mail. */
export const PAUSE_MS = 60_000;

interface Change {
  readonly state: string;
  readonly wakeAt?: Date | null | undefined;
  readonly decoy: boolean;
}

/** How a change was asked for. */
interface Request {
  /** Whether the old address is the user's beyond doubt. */
  readonly isVerified: boolean;
  /** Whether the user has asked for another change just before. */
  readonly isRepeated: boolean;
  readonly device: Device;
}

type EmailChangeStep = Step<EmailChangeState, EmailChangeCommand>;

/** The first commands of a change: whoever asks can't tell one to an address that has an account from others. */
export function firstCommands(
  { decoy }: Pick<Change, 'decoy'>,
  { isVerified, isRepeated, device }: Request,
): EmailChangeCommand[] {
  return [
    { type: decoy ? 'tell-owner-of-new-address' : 'ask-new-address', device },
    // The wish of an account that has proved nothing itself keeps nobody from their own address.
    ...(isVerified && !decoy ? [{ type: 'reserve-new-address' } as const] : []),
    // An address that was never verified may be anyone's. The link of a warning also undoes later requests.
    ...(isVerified && !isRepeated ? [{ type: 'warn-old-address', device } as const] : []),
  ];
}

/** What follows when something happens to a change. */
export function nextStep(change: Change, event: EmailChangeEvent): EmailChangeStep | undefined {
  switch (event.type) {
    case 'confirmed':
      return change.state === 'requested' && !change.decoy ? confirmed(event) : undefined;
    case 'undone':
      return canBeUndone(change) ? undone({ type: 'take-account-back', device: event.device }) : undefined;
    case 'reverted':
      return canBeUndone(change) ? undone() : undefined;
    case 'due':
      return isDue(change, event.at) ? over(change.state === 'confirmed' ? 'settled' : 'expired') : undefined;
    case 'declined':
      return change.state === 'requested' ? over('declined') : undefined;
    case 'superseded':
      return change.state === 'requested' ? over('superseded') : undefined;
    case 'overruled':
      return over('overruled');
  }
}

function confirmed({
  at,
  device,
  isVerified,
  isReturn,
}: EmailChangeEvent & { readonly type: 'confirmed' }): EmailChangeStep {
  const commands = [
    { type: 'release-addresses' },
    { type: 'switch-address' },
    { type: 'void-earlier-mails' },
  ] as const;
  if (isReturn) {
    // The address in between may be a thief's, who must not undo that.
    return {
      state: 'settled',
      commands: [{ type: 'overrule-changes-between' }, ...commands, { type: 'tell-lost-address' }],
    };
  }
  if (!isVerified) {
    return { state: 'settled', commands };
  }
  const until = new Date(at.getTime() + UNDO_MS);
  return {
    state: 'confirmed',
    commands: [...commands, { type: 'keep-old-address', until }, { type: 'tell-old-address', device }],
    wakeAt: until,
  };
}

function canBeUndone({ state }: Change): boolean {
  return UNDOABLE_STATES.some((one) => one === state);
}

function undone(...then: readonly EmailChangeCommand[]): EmailChangeStep {
  return {
    state: 'undone',
    commands: [
      { type: 'overrule-later-changes' },
      { type: 'release-addresses' },
      { type: 'restore-address' },
      { type: 'void-earlier-mails' },
      ...then,
    ],
  };
}

function isDue({ state, wakeAt }: Change, at: Date): boolean {
  return (state === 'requested' || state === 'confirmed') && !!wakeAt && wakeAt <= at;
}

function over(state: EmailChangeState): EmailChangeStep {
  return { state, commands: [{ type: 'release-addresses' }] };
}
