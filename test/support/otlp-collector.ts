import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { freePort } from '#tools/embedded';
import { hold, useFixture } from './fixture.js';

export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly service: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly isError: boolean;
}

/** `accept` spans; `refuse` them (400, which is not retried); `hang` without a response. */
export type CollectorBehaviour = 'accept' | 'refuse' | 'hang';

export interface OtlpCollector {
  readonly url: string;
  readonly spans: readonly ExportedSpan[];
  /** The number of exports, whatever their outcome. */
  readonly exports: number;
  /** Everything received, unparsed. What is not in here was not exported. */
  readonly raw: Buffer;
  behave(behaviour: CollectorBehaviour): void;
  /** Refuses connections until `start`, which listens on the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A collector for the suite. */
export function useCollector(): OtlpCollector {
  return useFixture(() => hold(startCollector(), (collector) => collector.stop()));
}

/** A collector that accepts OTLP over HTTP as protobuf and keeps it. */
async function startCollector(): Promise<OtlpCollector> {
  const collector = new Collector(await freePort());
  await collector.start();
  return collector;
}

/** The service and name of the span, its parent and so on, up to the first one that is not in `spans`. */
export function ancestry(spans: readonly ExportedSpan[], span: ExportedSpan | undefined): [string, string][] {
  return span === undefined
    ? []
    : [
        [span.service, span.name],
        ...ancestry(
          spans,
          spans.find(({ spanId }) => spanId === span.parentId),
        ),
      ];
}

class Collector implements OtlpCollector {
  readonly url: string;
  exports = 0;
  private bodies: Buffer[] = [];
  private behaviour: CollectorBehaviour = 'accept';
  private server: Server | undefined;

  constructor(private readonly port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  get spans(): readonly ExportedSpan[] {
    return this.bodies.flatMap(decodeExport);
  }

  get raw(): Buffer {
    return Buffer.concat(this.bodies);
  }

  behave(behaviour: CollectorBehaviour): void {
    this.behaviour = behaviour;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.receive(request, response).catch(() => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => resolve());
    });
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    this.exports++;
    if (this.behaviour === 'hang') {
      return;
    }
    const body = Buffer.concat(chunks);
    if (this.behaviour === 'refuse' || request.url !== '/v1/traces') {
      response.writeHead(400).end();
      return;
    }
    this.bodies.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }
}

/** Field numbers as in opentelemetry-proto, `trace/v1/trace.proto`. */
function decodeExport(body: Buffer): ExportedSpan[] {
  return messages(body, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? Buffer.alloc(0), 1);
    const service = String(resource['service.name']);
    return messages(resourceSpans, 2).flatMap((scopeSpans) =>
      messages(scopeSpans, 2).map((span) => decodeSpan(span, service)),
    );
  });
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_ERROR = 2n;

function decodeSpan(span: Buffer, service: string): ExportedSpan {
  const [status] = messages(span, 15);
  const [, kind] = fieldsOf(span).find(([n]) => n === 6) ?? [];
  return {
    service,
    traceId: messages(span, 1)[0]?.toString('hex') ?? '',
    spanId: messages(span, 2)[0]?.toString('hex') ?? '',
    parentId: messages(span, 4)[0]?.toString('hex') ?? '',
    name: messages(span, 5)[0]?.toString() ?? '',
    kind: KINDS[Number(kind)] ?? 'unspecified',
    attributes: attributesOf(span, 9),
    isError: status !== undefined && fieldsOf(status).some(([n, value]) => n === 3 && value === STATUS_ERROR),
  };
}

/** In a KeyValue, 1 is the key and 2 an AnyValue, of which we read strings (1) and integers (3). */
function attributesOf(message: Buffer, number: number): Record<string, string | number> {
  return Object.fromEntries(
    messages(message, number).map((pair) => {
      const [key, value] = [messages(pair, 1)[0]?.toString() ?? '', messages(pair, 2)[0] ?? Buffer.alloc(0)];
      const [, content] = fieldsOf(value)[0] ?? [];
      return [key, typeof content === 'bigint' ? Number(content) : (content?.toString() ?? '')];
    }),
  );
}

function messages(message: Buffer, number: number): Buffer[] {
  return fieldsOf(message).flatMap(([n, value]) =>
    n === number && typeof value !== 'bigint' ? [value] : [],
  );
}

/** Protobuf's wire format: numbers are varints (0) or of fixed length (1, 5); anything else is length-prefixed (2). */
function fieldsOf(message: Buffer): (readonly [number, Buffer | bigint])[] {
  const fields: (readonly [number, Buffer | bigint])[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    if (wireType === 0) {
      fields.push([tag >> 3, varint()]);
      continue;
    }
    const length = wireType === 2 ? Number(varint()) : wireType === 1 ? 8 : 4;
    fields.push([tag >> 3, message.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}
