import type { Step } from '#libs/saga';

/** In the order in which they can follow each other. */
export const ACCOUNT_DELETION_STATES = [
  /** The user can cancel. */
  'requested',
  /** The account is gone, and other services remove what they have. */
  'erasing',
  'deleted',
  'canceled',
  /** It was the account of the last admin when its time had come, so it stays. */
  'refused',
] as const;
export type AccountDeletionState = (typeof ACCOUNT_DELETION_STATES)[number];

export type AccountDeletionEvent =
  | { readonly type: 'canceled' }
  | {
      readonly type: 'due';
      readonly at: Date;
    }
  /** The account must stay. */
  | { readonly type: 'refused' }
  /** Another service has removed what it had. */
  | { readonly type: 'erased' };

export type AccountDeletionCommand = 'remove-account' | 'erase-elsewhere';

/** How often the other services are asked again. Messages aren't lost, so this is only for what nobody thought of. */
const ASK_AGAIN_MS = 60 * 60 * 1000;

interface Deletion {
  readonly state: string;
  readonly wakeAt?: Date | null | undefined;
}

/** What follows when something happens to a deletion. */
export function nextStep(
  { state, wakeAt }: Deletion,
  event: AccountDeletionEvent,
): Step<AccountDeletionState, AccountDeletionCommand> | undefined {
  switch (event.type) {
    case 'canceled':
      return state === 'requested' ? { state: 'canceled', commands: [] } : undefined;
    case 'refused':
      return state === 'requested' ? { state: 'refused', commands: [] } : undefined;
    case 'erased':
      return state === 'erasing' ? { state: 'deleted', commands: [] } : undefined;
    case 'due': {
      const isDue = (state === 'requested' || state === 'erasing') && !!wakeAt && wakeAt <= event.at;
      const commands = [
        ...(state === 'requested' ? (['remove-account'] as const) : []),
        'erase-elsewhere',
      ] as const;
      const next = new Date(event.at.getTime() + ASK_AGAIN_MS);
      return isDue ? { state: 'erasing', commands, wakeAt: next } : undefined;
    }
  }
}
