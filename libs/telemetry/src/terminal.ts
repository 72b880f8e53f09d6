import { build, type PrettyOptions, type PrettyStream } from 'pino-pretty';

/** The members of a log line that are shown in a place of their own. */
interface Line {
  readonly [member: string]: unknown;
  readonly level?: number;
  readonly msg?: string;
  readonly context?: string;
  readonly stack?: string;
  readonly requestId?: string;
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
  readonly ms?: number;
}

/** What a line shows elsewhere, or what only matters in the logs of many processes. */
const HIDDEN: ReadonlySet<string> = new Set(
  'level time role pid hostname context msg err stack requestId traceId spanId job jobId'.split(' '),
);
const WARN = 40;

/** A pino transport for terminals: one short line for each log line. @param options for tests */
export default function terminal(options: PrettyOptions = {}): PrettyStream {
  return build({
    include: 'level,time,err',
    translateTime: 'SYS:HH:MM:ss',
    messageFormat: (line: Line) => (line.msg === 'request' ? formatRequest(line) : formatEvent(line)),
    ...options,
  });
}

/** `POST /v2/auth/register 409 email-taken 52 ms`, and the ID of a request that failed. */
function formatRequest({ method, route, status = 0, code, ms, requestId }: Line): string {
  const id = status >= 400 ? requestId : undefined;
  return [method, route, status, code, ms, 'ms', id].filter((part) => part !== undefined).join(' ');
}

function formatEvent(line: Line): string {
  const { context, msg = '', stack, requestId, level = 0 } = line;
  const members = Object.entries(line)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = [
    ...(context === undefined ? [] : [`[${context}]`]),
    msg,
    ...members,
    ...(level >= WARN && requestId !== undefined ? [`requestId=${requestId}`] : []),
  ].join(' ');
  return stack === undefined ? text : `${text}\n${stack}`;
}
