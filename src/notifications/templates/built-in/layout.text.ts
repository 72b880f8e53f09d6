import type { LaidOut } from './laid-out.js';

export function layoutText({ texts, layout }: LaidOut): string {
  return `${texts.heading}

${texts.paragraphs.map((paragraph) => `${paragraph}\n\n`).join('')}{% if code %}{{ code }}

{% endif %}{% if details != empty %}{% for detail in details %}{{ detail.label }}: {{ detail.value }}
{% endfor %}
{% endif %}${texts.action}:
{{ link }}

${texts.notes.map((note) => `${note}\n`).join('')}
--\u0020
${layout.sentBy} {{ site }}
`;
}
