import type {
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { createRegistry, fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { serviceDefinitionOf } from '#libs/grpc';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../../libs/grpc/src/generated/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../libs/grpc/src/generated/google/rpc/status_pb.js';

const DEADLINE_MS = 10_000;
const healthCheck = healthService['Check'] as MethodDefinition<object, object>;
const DETAILS = createRegistry(BadRequestSchema, ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema);

/** How a call failed, with the details of `google.rpc.Status` by their type. */
export interface CallFailure {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, Record<string, unknown>>>;
}

/** Calls methods of gRPC services as an outside program would. */
export class GrpcClient {
  private readonly client: Client;

  constructor(
    target: string,
    private readonly metadata: Readonly<Record<string, string>> = {},
    creds: ChannelCredentials = credentials.createInsecure(),
  ) {
    this.client = new Client(target, creds);
  }

  /** @throws ServiceError. See `failureOf` */
  call<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M['input']>,
  ): Promise<MessageShape<M['output']>> {
    return this.unary(definitionOf(method.parent, method.name), request);
  }

  /** Sends any bytes as the request. */
  callWith(method: DescMethodUnary, bytes: Buffer): Promise<unknown> {
    return this.unary({ ...definitionOf(method.parent, method.name), requestSerialize: () => bytes }, {});
  }

  stream<M extends DescMethodServerStreaming>(method: M, request: MessageInitShape<M['input']>) {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method.parent, method.name);
    return this.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize as (bytes: Buffer) => MessageShape<M['output']>,
      request as object,
      this.sent(),
      { deadline: Date.now() + DEADLINE_MS },
    );
  }

  /** @returns the status of `grpc.health.v1` */
  async health(service = ''): Promise<string> {
    return (await this.unary<{ status: string }>(healthCheck, { service })).status;
  }

  close(): void {
    this.client.close();
  }

  private unary<T>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
    request: object,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.sent(),
        { deadline: Date.now() + DEADLINE_MS },
        (error, response) => (error ? reject(error) : resolve(response as T)),
      );
    });
  }

  private sent(): Metadata {
    const sent = new Metadata();
    Object.entries(this.metadata).forEach(([name, value]) => sent.set(name, value));
    return sent;
  }
}

function definitionOf(service: DescService, method: string) {
  const definition = serviceDefinitionOf(service)[method];
  if (!definition) {
    throw new Error(`there is no method ${method}`);
  }
  return definition;
}

/** Waits for a call that is expected to fail. */
export async function failureOf(call: Promise<unknown>): Promise<CallFailure> {
  const error = (await call.then(
    () => {
      throw new Error('the call succeeded');
    },
    (failed: unknown) => failed,
  )) as ServiceError;
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const details = bytes instanceof Buffer ? fromBinary(StatusSchema, bytes).details : [];
  return {
    code: status[error.code] ?? String(error.code),
    message: error.details,
    details: Object.fromEntries(
      details.flatMap((detail) => {
        const message = anyUnpack(detail, DETAILS);
        return message ? [[message.$typeName.split('.').at(-1) ?? '', { ...message }]] : [];
      }),
    ),
  };
}
