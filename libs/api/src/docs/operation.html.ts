import type { Reference } from '../openapi/document.js';
import { PROBLEM_TYPE } from '../openapi/problem-schemas.js';
import { html, type Html, prose } from '../pages/page.html.js';
import { exampleOf } from './examples.js';
import { bodyOf, curlSample, pathOf, sdkSample } from './samples.js';
import { membersOf, parametersOf } from './schema.html.js';
import type { ApiOperation, Parameter, Response, Schema, Spec } from '../openapi/spec.js';

export interface PageContext {
  readonly spec: Spec;
  /** The path of one of our pages, as browsers reach it. */
  readonly link: (path: string) => string;
  /** The SDK speaks the latest version only. */
  readonly hasSdk: boolean;
}

const PLACES: readonly (readonly [Parameter['in'], title: string])[] = [
  ['path', 'Path'],
  ['query', 'Query'],
  ['header', 'Headers'],
];

/** Texts between quotes on one line. */
const STRINGS = /("[^"\n]*"|'[^'\n]*')/;

/** The section of an operation: what it takes and returns on one side, samples on the other. */
export function operationSection(context: PageContext, operation: ApiOperation): Html {
  const { spec } = context;
  const { operationId, method, path, summary = '', description = '', parameters } = operation;
  const request = schemaIn(operation.requestBody?.content);
  const types = Object.keys(operation.requestBody?.content ?? {});
  return html`<section id="${operationId}" class="operation">
    <div>
      <h3 class="title"><a href="#${operationId}">${summary}</a></h3>
      <p class="route">${methodBadge(method)} <code>${path}</code></p>
      ${deprecationOf(operation)}
      <p>${prose(description)}</p>
      <p class="soft">
        ${(operation.security ?? []).length > 0 ? html`Needs an <a href="#authentication">access token</a>.` : 'No access token needed.'}
      </p>
      ${PLACES.map(([place, title]) => {
        const found = parameters.filter((one) => one.in === place);
        return found.length > 0
          ? html`<h4>${title}</h4>
              ${parametersOf(spec, found)}`
          : html``;
      })}
      ${
        request
          ? html`<h4>Body</h4>
              <p class="soft">
                ${types.map((type, index) => html`${index > 0 ? ' or ' : ''}<code>${type}</code>`)}
              </p>
              ${membersOf(spec, request)}`
          : ''
      }
      <h4>Responses</h4>
      ${operation.responses.map(([status, response]) => responseOf(context, status, response))}
    </div>
    <div class="samples">${samplesOf(context, operation)}</div>
  </section>`;
}

export function methodBadge(method: string): Html {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`;
}

export function sample(language: string, title: string, text: string): Html {
  return html`<figure data-language="${language}">
    <figcaption>${title}<button type="button" class="copy" hidden>Copy</button></figcaption>
    ${preformatted(text)}
  </figure>`;
}

/** Can scroll, so it must be reachable by keyboard. */
function preformatted(text: string): Html {
  const parts = text.split(STRINGS);
  const coloured = parts.map((part, index) =>
    // Not the names of members.
    index % 2 === 1 && !parts[index + 1]?.startsWith(':')
      ? html`<span class="text">${part}</span>`
      : html`${part}`,
  );
  return html`<pre tabindex="0">${coloured}</pre>`;
}

function deprecationOf(operation: ApiOperation): Html | '' {
  const sunset = operation['x-sunset'];
  return operation.deprecated === true
    ? html`<p class="warning">
        ${sunset === undefined ? 'Deprecated.' : `Deprecated. Works until at least ${sunset}.`} See
        <a href="#versions">Versions</a>.
      </p>`
    : '';
}

function responseOf({ spec, link }: PageContext, status: string, response: Response): Html {
  const problems = Object.keys(response.content?.[PROBLEM_TYPE]?.examples ?? {});
  if (problems.length > 0) {
    return html`<div class="response">
      <p class="status">${status}</p>
      <ul class="problems">
        ${problems.map(
          (code) =>
            html`<li>
              <a href="${link(`/problems/${code}`)}"><code>${code}</code></a> ${spec.titleOf(code)}
            </li>`,
        )}
      </ul>
    </div>`;
  }
  const schema = schemaIn(response.content);
  const members = schema ? membersOf(spec, schema) : '';
  const headers = Object.entries(response.headers ?? {});
  return html`<div class="response">
    <p class="status">${status === 'default' ? 'Other' : status}</p>
    <p>${prose(response.description ?? '')}</p>
    ${
      members && status !== 'default'
        ? html`<details>
            <summary>Body</summary>
            ${members}
          </details>`
        : ''
    }
    ${
      headers.length > 0 && status !== 'default'
        ? html`<details>
            <summary>Headers</summary>
            <ul class="members">
              ${headers.map(
                ([name, header]) =>
                  html`<li>
                    <code class="name">${name}</code>
                    <p>${prose(spec.headerOf(header).description ?? '')}</p>
                  </li>`,
              )}
            </ul>
          </details>`
        : ''
    }
  </div>`;
}

function samplesOf({ spec, link, hasSdk }: PageContext, operation: ApiOperation): Html {
  const [status = '', success] = operation.responses[0] ?? [];
  const schema = schemaIn(success?.content);
  const body = bodyOf(spec, operation);
  return html`
    <div
      class="try"
      data-method="${operation.method}"
      data-url="${link(pathOf(spec, operation))}"
      data-type="${body?.type ?? ''}"
      data-body="${body ? JSON.stringify(body.example, null, 2) : ''}"
      data-secured="${(operation.security ?? []).length > 0 ? 'yes' : ''}"
    ></div>
    ${sample('curl', 'curl', curlSample(spec, operation))}
    ${hasSdk ? sample('sdk', 'TypeScript', sdkSample(spec, operation)) : ''}
    ${schema ? sample('response', `Response ${status}`, JSON.stringify(exampleOf(spec, schema), null, 2)) : html`<figure><figcaption>Response ${status}, without a body</figcaption></figure>`}
  `;
}

function schemaIn(
  content: Readonly<Record<string, { readonly schema?: Schema | Reference }>> = {},
): Schema | Reference | undefined {
  return Object.values(content)[0]?.schema;
}
