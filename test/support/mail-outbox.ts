import { Sealer } from '#libs/crypto';
import type { SendNotification } from '#libs/contracts';
import { Connections } from '#libs/database';
import { UsersService } from '../../src/accounts/users/index.js';
import type { ApiApp } from './api-app.js';
import { query } from './stored.js';

/** The mails to this user that wait in the outbox, oldest first. */
export async function mailsInOutbox(
  { app }: ApiApp,
  databaseUrl: string,
  userId: string,
): Promise<SendNotification[]> {
  const rows = await query<{ message_id: string; sealed: string }>(
    databaseUrl,
    `select message_id, sealed from accounts.outbox where type = 'send-notification' and subject = $1 order by message_id`,
    [userId],
  );
  const sealer = app.get(Sealer, { strict: false });
  return rows.map((row) => sealer.openJson(row.sealed, `outbox:${row.message_id}`) as SendNotification);
}

/** The ID of the user with this address, or an empty string. */
export async function userIdOf({ app }: ApiApp, { email }: { readonly email: string }): Promise<string> {
  const users = app.get(UsersService, { strict: false });
  const found = await app
    .get(Connections)
    .database('accounts')
    .run((em) => users.findByEmail(em, email));
  return found?.id ?? '';
}

/** The token in the link of such a mail. */
export function linkTokenOf(mail: SendNotification | undefined): string {
  const token = new URL(mail?.data['link'] ?? '').searchParams.get('token');
  if (token === null) {
    throw new Error('the link in the mail has no token');
  }
  return token;
}
