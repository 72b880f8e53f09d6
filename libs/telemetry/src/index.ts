export { createLoggers, type Loggers, NestLogger } from './logger.js';
export { describeError, redactText } from './redaction.js';
export { runInRequestContext } from './request-context.js';
export { coalesce } from './shared-look.js';
export { ACCESS_LOG, PINO, TelemetryModule } from './telemetry.module.js';
export { traceRequest } from './tracing/http-request.js';
export { parseTraceparent } from './tracing/traceparent.js';
export { currentTracing, startTracing, traced, tracedPart } from './tracing/traced.js';
export { errorTypeOf, type Span, type Tracing } from './tracing/tracing.js';
