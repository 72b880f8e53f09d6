import {
  create,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { file_google_rpc_error_details } from './generated/google/rpc/error_details_pb.js';
import { file_google_rpc_status } from './generated/google/rpc/status_pb.js';

/** A service in the form of grpc-js. Messages that are sent may leave out fields that have their default. */
export function serviceDefinitionOf(service: DescService): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) => [method.name, methodDefinitionOf(method)]));
}

function methodDefinitionOf(method: DescMethod): MethodDefinition<object, object> {
  const { parent, name, localName, methodKind, input, output } = method;
  return {
    path: `/${parent.typeName}/${name}`,
    originalName: localName,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: (message) => serialize(input, message),
    requestDeserialize: (bytes) => decoded(input, bytes),
    responseSerialize: (message) => serialize(output, message),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

/** A request that can't be decoded. grpc-js would answer that it was a mistake of ours. */
export class Undecodable {}

function decoded(type: DescMessage, bytes: Buffer): object {
  try {
    return fromBinary(type, bytes);
  } catch {
    return new Undecodable();
  }
}

function serialize(type: DescMessage, message: object): Buffer {
  return Buffer.from(toBinary(type, create(type, message as MessageInitShape<DescMessage>)));
}

/** Services in the form of proto-loader, which Nest reads. */
export function packageDefinitionOf(services: readonly DescService[]): PackageDefinition {
  return Object.fromEntries(
    services.map((service) => [service.typeName, serviceDefinitionOf(service)]),
  ) as unknown as PackageDefinition;
}

/**
 * What server reflection reads: the files of the services, of what comes with their errors, and of all that they import; and
 * the service for health checks.
 */
export function descriptorsOf(services: readonly DescService[]): PackageDefinition {
  const files = new Map<string, DescFile>();
  const all = [...services.map(({ file }) => file), file_google_rpc_status, file_google_rpc_error_details];
  all.forEach((file) => addWithImports(files, file));
  const fileDescriptorProtos = [...files.values()].map(({ proto }) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, proto)),
  );
  return {
    ...loadSync(healthProtoPath),
    files: { format: '', type: {}, fileDescriptorProtos },
  } as unknown as PackageDefinition;
}

function addWithImports(files: Map<string, DescFile>, file: DescFile): void {
  if (!files.has(file.name)) {
    files.set(file.name, file);
    file.dependencies.forEach((imported) => addWithImports(files, imported));
  }
}
