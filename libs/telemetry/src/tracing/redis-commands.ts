import { subscribe } from 'node:diagnostics_channel';
import { errorTypeOf, type Span, type Tracing } from './tracing.js';

/** What ioredis tells of a command. Its arguments are left out here: they may hold anything. */
interface CommandEvent {
  readonly command: string;
  readonly database: number;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  readonly error?: unknown;
}

const CHANNEL = 'tracing:ioredis:command';

/** A span for each command that any connection of the process sends as a part of something. */
export function traceRedisCommands(tracing: Tracing): void {
  const spans = new WeakMap<object, Span>();
  subscribe(`${CHANNEL}:start`, (message) => {
    const event = message as CommandEvent;
    const name = event.command.toUpperCase();
    const span = tracing.beginPart({
      name,
      kind: 'client',
      attributes: {
        'db.system.name': 'redis',
        'db.operation.name': name,
        'db.namespace': String(event.database),
        'server.address': event.serverAddress,
        ...(event.serverPort === undefined ? {} : { 'server.port': event.serverPort }),
      },
    });
    if (span) {
      spans.set(event, span);
    }
  });
  subscribe(`${CHANNEL}:error`, (message) => {
    spans.get(message as object)?.fail(errorTypeOf((message as CommandEvent).error));
  });
  subscribe(`${CHANNEL}:asyncEnd`, (message) => {
    spans.get(message as object)?.end();
  });
}
