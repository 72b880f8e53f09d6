import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import {
  type ChannelCredentials,
  Client,
  credentials,
  experimental,
  Metadata,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Outage } from '#libs/lifecycle';
import { currentLogContext, currentTracing, tracedChild } from '#libs/telemetry';
import { serviceDefinitionOf } from './definition.js';
import { isAnswer, problemOf } from './problem-of.js';
import type { ServiceCredentials } from './service-credentials.js';
import { filesOf, type GrpcTls } from './tls.js';

/** Longer than a rolling restart of one replica, shorter than anyone waits for an answer. */
const DEFAULT_DEADLINE_MS = 3_000;
/** A replica that has vanished is noticed after this time and `KEEPALIVE_TIMEOUT_MS`. The server accepts no shorter one. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVE_TIMEOUT_MS = 3_000;
/** How long after an outage nobody may have noticed that it's over. By default, two minutes. */
const MAX_RECONNECT_MS = 3_000;
const RETRIES = {
  maxAttempts: 5,
  initialBackoff: '0.1s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

export interface GrpcPeerOptions {
  readonly service: DescService;
  /** In the form of gRPC, such as `dns:///accounts:50051`. */
  readonly target: string;
  /** The files of this process, which the other side knows it by. Null for plaintext. */
  readonly tls: GrpcTls | null;
  /** What the other side knows this process by without TLS. */
  readonly credentials: ServiceCredentials;
  /** The methods that are safe to repeat. */
  readonly safe: readonly DescMethod[];
}

/**
 * Another service of ours. Calls go to its replicas in turn, have a deadline, and are repeated if that is safe. The ID of
 * the request and the trace go along.
 */
export class GrpcPeer implements OnApplicationShutdown {
  private readonly client: Client;
  private readonly methods: Readonly<Record<string, MethodDefinition<object, object>>>;
  private readonly credentials: ServiceCredentials | undefined;
  private readonly outage: Outage;

  constructor({ service, target, tls, credentials: own, safe }: GrpcPeerOptions) {
    const logger = new Logger(service.name);
    this.outage = new Outage({
      began: (cause) => logger.warn(`${target} doesn't answer`, cause),
      ended: (seconds) => logger.log(`${target} answers again, after ${seconds} seconds`),
    });
    this.methods = serviceDefinitionOf(service);
    this.credentials = tls ? undefined : own;
    this.client = new Client(target, tls ? mutualTls(tls) : credentials.createInsecure(), {
      'grpc.service_config': JSON.stringify(serviceConfig(service, safe)),
      'grpc.service_config_disable_resolution': 1,
      'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_MS,
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.keepalive_permit_without_calls': 1,
    });
  }

  /** @throws Problem what the other service answered; `unavailable` if it doesn't answer in time */
  async call<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M['input']>,
    deadlineMs = DEFAULT_DEADLINE_MS,
  ): Promise<MessageShape<M['output']>> {
    const answer = await this.ask(method, () => this.unary(method.name, request as object, deadlineMs));
    return answer as MessageShape<M['output']>;
  }

  /**
   * Returns the first messages of a stream, and ends it.
   * @param limit at least 1
   * @throws Problem as `call` does
   */
  async take<M extends DescMethodServerStreaming>(
    method: M,
    request: MessageInitShape<M['input']>,
    limit: number,
    deadlineMs = DEFAULT_DEADLINE_MS,
  ): Promise<MessageShape<M['output']>[]> {
    const taken = await this.ask(method, () =>
      this.streamed(method.name, request as object, limit, deadlineMs),
    );
    return taken as MessageShape<M['output']>[];
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  private async ask<T>(method: DescMethod, work: () => Promise<T>): Promise<T> {
    const name = `${method.parent.typeName}/${method.name}`;
    const attributes = { 'rpc.system': 'grpc', 'rpc.method': name };
    try {
      const answer = await tracedChild({ name, kind: 'client', attributes }, work);
      this.outage.ended();
      return answer;
    } catch (error) {
      const failure = error as ServiceError;
      if (isAnswer(failure)) {
        this.outage.ended();
      } else {
        this.outage.began(failure);
      }
      throw problemOf(failure);
    }
  }

  private unary(name: string, request: object, deadlineMs: number): Promise<object | undefined> {
    const { path, requestSerialize, responseDeserialize } = this.definitionOf(name);
    const deadline = Date.now() + deadlineMs;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.metadata(),
        { deadline },
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  }

  private async streamed(
    name: string,
    request: object,
    limit: number,
    deadlineMs: number,
  ): Promise<object[]> {
    const { path, requestSerialize, responseDeserialize } = this.definitionOf(name);
    const options = { deadline: Date.now() + deadlineMs };
    const stream = this.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      this.metadata(),
      options,
    );
    const taken: object[] = [];
    for await (const message of stream) {
      taken.push(message as object);
      if (taken.length === limit) {
        // What it says about having been canceled concerns nobody.
        stream.on('error', () => undefined);
        stream.cancel();
        break;
      }
    }
    return taken;
  }

  private definitionOf(name: string): MethodDefinition<object, object> {
    return this.methods[name] as MethodDefinition<object, object>;
  }

  private metadata(): Metadata {
    const metadata = new Metadata();
    if (this.credentials) {
      metadata.set('authorization', this.credentials.issue());
    }
    const requestId = currentLogContext()?.requestId;
    if (requestId !== undefined) {
      metadata.set('x-request-id', requestId);
    }
    const traceparent = currentTracing()?.currentTraceparent();
    if (traceparent !== undefined) {
      metadata.set('traceparent', traceparent);
    }
    return metadata;
  }
}

function serviceConfig(service: DescService, safe: readonly DescMethod[]): object {
  return {
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
      {
        name: safe.map(({ name }) => ({ service: service.typeName, method: name })),
        retryPolicy: RETRIES,
      },
    ],
  };
}

function mutualTls(tls: GrpcTls): ChannelCredentials {
  const files = filesOf(tls);
  return experimental.createCertificateProviderChannelCredentials(files, files);
}
