import { subscribe } from 'node:diagnostics_channel';
import { errorTypeOf, type Span, type Tracing } from './tracing.js';

/** What ioredis publishes about a command. Its arguments are ignored, because they may contain anything. */
interface CommandEvent {
  readonly command: string;
  readonly database: number;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  readonly error?: unknown;
}

const CHANNEL = 'tracing:ioredis:command';

/** Adds a span for each Redis command that is sent within a trace, on any connection of this process. */
export function traceRedisCommands(tracing: Tracing): void {
  const spans = new WeakMap<object, Span>();
  subscribe(`${CHANNEL}:start`, (message) => {
    const event = message as CommandEvent;
    const name = event.command.toUpperCase();
    const span = tracing.beginChild({
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
