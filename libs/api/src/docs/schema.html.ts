import type { Reference } from '../openapi/document.js';
import { html, type Html, prose } from '../pages/page.html.js';
import { type Parameter, type Schema, schemaNameOf, type Spec } from '../openapi/spec.js';

/** The members of an object, or of the items of a list or a map, with the objects inside them folded. */
export function membersOf(
  spec: Spec,
  schema: Schema | Reference,
  above: ReadonlySet<string> = new Set(),
): Html | '' {
  const { items, additionalProperties } = spec.schemaOf(schema);
  const inner = items ?? (typeof additionalProperties === 'object' ? additionalProperties : schema);
  const name = schemaNameOf(inner);
  const { properties, required = [] } = spec.schemaOf(inner);
  if (!properties || (name !== undefined && above.has(name))) {
    return '';
  }
  const below = name === undefined ? above : new Set([...above, name]);
  return html`<ul class="members">
    ${Object.entries(properties).map(([member, one]) => {
      const found = spec.schemaOf(one);
      const children = membersOf(spec, one, below);
      return html`<li>
        ${headOf(member, found, required.includes(member))}
        ${
          children
            ? html`<details>
                <summary>Members of ${member}</summary>
                ${children}
              </details>`
            : ''
        }
      </li>`;
    })}
  </ul>`;
}

export function parametersOf(spec: Spec, parameters: readonly Parameter[]): Html {
  return html`<ul class="members">
    ${parameters.map(({ name, description = '', required = false, schema = {} }) => {
      const found = spec.schemaOf(schema);
      return html`<li>${headOf(name, { ...found, description }, required)}</li>`;
    })}
  </ul>`;
}

function headOf(name: string, schema: Schema, required: boolean): Html {
  return html`<code class="name">${name}</code> <span class="soft">${typeOf(schema)}</span> ${
      required ? html`<span class="required">required</span>` : ''
    }
    ${schema.description ? html`<p>${prose(schema.description)}</p>` : ''}
    ${schema.pattern === undefined ? '' : html`<p class="soft">Matches <code>${schema.pattern}</code></p>`}
    ${schema.enum && schema.enum.length > 1 ? html`<p class="soft">One of ${listOf(schema.enum)}</p>` : ''}`;
}

/** Such as "string, 8 to 256 characters, or null". */
function typeOf({ type = 'any', format, nullable = false, ...schema }: Schema): string {
  const shown = format !== undefined && !/^(int\d+|password|idn-email)$/.test(format) ? ` (${format})` : '';
  const limits = [
    rangeOf(schema.minLength, schema.maxLength, ' characters'),
    rangeOf(schema.minimum, schema.maximum, ''),
    // Otherwise, lists are short, and may be empty.
    schema.minItems === undefined ? '' : rangeOf(schema.minItems, schema.maxItems, ' items'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ].filter((text) => text !== '');
  return [`${type}${shown}`, ...limits].join(', ') + (nullable ? ', or null' : '');
}

function rangeOf(minimum: number | undefined, maximum: number | undefined, unit: string): string {
  if (maximum === undefined) {
    return minimum === undefined ? '' : `at least ${minimum}${unit}`;
  }
  return minimum === undefined ? `up to ${maximum}${unit}` : `${minimum} to ${maximum}${unit}`;
}

function listOf(values: readonly unknown[]): Html[] {
  return values.map((value, index) => html`${index > 0 ? ', ' : ''}<code>${String(value)}</code>`);
}
