import { defineAuditEvent } from '#libs/audit';
import {
  refreshReuseDetectedEvent,
  type SessionEnded,
  sessionEndedEvent,
  sessionStartedEvent,
} from '#libs/contracts';

const SESSION = ({ target }: { target: string | null }) => ({ sessionId: target ?? '' });

const scopeOf = (target: string | null): Pick<SessionEnded, 'scope' | 'sessionId'> =>
  target === 'all' || target === 'all others'
    ? { scope: target === 'all' ? 'all' : 'others', sessionId: null }
    : { scope: 'one', sessionId: target };

export const sessionStarted = defineAuditEvent('session.started', 'The user signed in.', {
  event: sessionStartedEvent,
  data: SESSION,
});
export const sessionEnded = defineAuditEvent(
  'session.ended',
  'A session ended. The target is its ID, `all`, or `all others`.',
  {
    event: sessionEndedEvent,
    data: ({ target }) => scopeOf(target),
  },
);
export const refreshReuseDetected = defineAuditEvent(
  'session.refresh-reuse-detected',
  'A refresh token was used twice, which ended the session.',
  { event: refreshReuseDetectedEvent, data: SESSION },
);
