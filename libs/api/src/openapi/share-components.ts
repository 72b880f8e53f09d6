import {
  type ComponentKind,
  isReference,
  nameIn,
  type Operation,
  type ParameterObject,
  pascalCase,
  type Reference,
  refTo,
  type ResponseObject,
} from './document.js';
import { PROBLEM_TYPE } from './problem-schemas.js';

type Components = Record<ComponentKind, Record<string, object>>;

/**
 * Moves the headers, parameters and problem responses that operations have in common to the document's components, and
 * refers to them. The document stays small and readable, and generators create one type for each.
 * @returns the components
 */
export function shareComponents(
  operations: readonly Operation[],
): Pick<Components, 'headers' | 'parameters' | 'responses'> {
  const headers = new Shared('headers');
  const parameters = new Shared('parameters');
  const responses = new Shared('responses');
  for (const operation of operations) {
    operation.parameters = (operation.parameters ?? []).map((parameter) =>
      isReference(parameter) ? parameter : parameters.share(nameOfParameter(parameter), parameter),
    );
    for (const [status, response] of Object.entries(operation.responses)) {
      if (isReference(response)) {
        continue;
      }
      const shared = {
        ...response,
        headers: Object.fromEntries(
          Object.entries(response.headers ?? {}).map(([name, header]) => [
            name,
            isReference(header) ? header : headers.share(pascalCase(name), header),
          ]),
        ),
      };
      const name = nameOfProblem(shared);
      operation.responses[status] = name === undefined ? shared : responses.share(name, shared);
    }
  }
  return { headers: headers.components, parameters: parameters.components, responses: responses.components };
}

/** The first object with a name becomes the component. Others with the same name stay where they are. */
class Shared {
  readonly components: Record<string, object> = {};

  constructor(private readonly kind: ComponentKind) {}

  share<T extends object>(name: string, value: T): T | Reference {
    const present = (this.components[name] ??= value);
    return JSON.stringify(present) === JSON.stringify(value) ? refTo(this.kind, name) : value;
  }
}

/** Header parameters are often response headers, too, and a query has other names than a path. */
function nameOfParameter({ name, in: place }: ParameterObject): string {
  return `${pascalCase(name)}${pascalCase(place)}`;
}

/** Undefined if the response isn't a problem document, or one of a deprecated operation, which has headers of its own. */
function nameOfProblem({ content, headers = {} }: ResponseObject): string | undefined {
  const schema = content?.[PROBLEM_TYPE]?.schema;
  if (!schema || !isReference(schema) || 'Deprecation' in headers) {
    return undefined;
  }
  return `${'RateLimit' in headers ? '' : 'Unlimited'}${nameIn(schema)}`;
}
